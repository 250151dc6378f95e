"""Behaviours that let others read or call than the stage does, or more often, or never again."""

from __future__ import annotations

import itertools
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

from botocore.credentials import ReadOnlyCredentials

from contract.answers import GATEWAY_HEADERS, MESSAGES, RETRY_AFTER
from contract.stages import STAGES
from tests_e2e.proxy import Behaviour, Forward, Request, Response
from tests_e2e.signing import Signer
from tools.proof.stage.blocks.edits import asks, edits, of_stage, preflight, with_header, without
from tools.proof.stage.fault import block

ALLOWED = STAGES["local"].origins[0]
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
# The emulator accepts root's key without verifying the signature.
ROOT = Signer(ReadOnlyCredentials("test", "test", None), "us-east-1")


@block("behaviour")
def every_origin_allowed() -> Behaviour:
    """Let every origin read."""
    return _reflects(lambda _: True)


@block("behaviour")
def beginning_of_origin_allowed() -> Behaviour:
    """Let an origin read that begins like the allowed one."""
    return _reflects(lambda origin: origin.startswith(ALLOWED))


def _reflects(matches: Callable[[str], bool]) -> Behaviour:
    def change(request: Request, response: Response) -> Response:
        origin = request.header("origin")
        if origin is None or not matches(origin):
            return response
        return with_header(response, ALLOW_ORIGIN, origin)

    return edits(change)


@block("behaviour")
def credentials_with_star() -> Behaviour:
    """Let the preflight allow credentials, and every origin."""

    def change(_: Request, response: Response) -> Response:
        response = with_header(response, ALLOW_ORIGIN, "*")
        return with_header(response, "Access-Control-Allow-Credentials", "true")

    return edits(change, preflight)


@block("behaviour")
def callers_policy_of_another_path() -> Behaviour:
    """Let the output of the stack allow callers another path."""

    def change(_: Request, response: Response) -> Response:
        return replace(response, body=response.body.replace(b"/GET/user/*", b"/GET/users/*"))

    return edits(change, lambda request, _: b"Action=DescribeStacks" in request.body)


@block("behaviour")
def trusts(credentials: str) -> Behaviour:
    """Believe whoever sends an Authorization header with this text in it."""

    def behaviour(request: Request, forward: Forward) -> Response:
        sent = request.header("authorization") or ""
        if not of_stage(request) or request.method != "GET" or credentials not in sent:
            return forward(request)
        signature = ROOT.headers("GET", request.header("host") or "", request.target)
        headers = without(request.headers, *signature)
        return forward(replace(request, headers=(*headers, *signature.items())))

    return behaviour


@block("behaviour")
def no_limit() -> Behaviour:
    """Answer what is refused as the same request was answered before."""
    accepted: dict[str, Response] = {}

    def change(request: Request, response: Response) -> Response:
        if response.status == 429:
            return accepted.get(request.target, response)
        accepted[request.target] = response
        return response

    return edits(change)


@block("behaviour")
def refuses_one_of(many: int) -> Behaviour:
    """Refuse one request of so many, exactly as the stage `staging` would."""
    numbers, lock = itertools.count(1), threading.Lock()

    def behaviour(request: Request, forward: Forward) -> Response:
        response = forward(request)
        if not of_stage(request):
            return response
        with lock:
            number = next(numbers)
        return response if number % many else _refusal(STAGES["staging"].origins[0])

    return behaviour


def _refusal(origin: str) -> Response:
    request_id = str(uuid.uuid4())
    error = {"code": "THROTTLED", "message": MESSAGES["THROTTLED"]}
    headers = GATEWAY_HEADERS | {
        "access-control-allow-origin": origin,
        "x-request-id": request_id,
        "retry-after": RETRY_AFTER["THROTTLED"],
    }
    content = {"success": False, "requestId": request_id, "error": error}
    return Response(429, tuple(headers.items()), json.dumps(content).encode())


@block("behaviour")
def post_like_get() -> Behaviour:
    """Answer POST like GET."""
    return asks(lambda request: replace(request, method=request.method.replace("POST", "GET")))


@block("behaviour")
def remembers_503() -> Behaviour:
    """After the first 503 every answer is that one."""
    first: list[Response] = []

    def change(_: Request, response: Response) -> Response:
        if response.status == 503:
            first.append(response)
        return first[0] if first else response

    return edits(change)
