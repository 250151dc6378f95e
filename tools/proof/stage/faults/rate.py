"""Faults of the rate limit. They run on staging: each burst takes seconds."""

from __future__ import annotations

import itertools
import json
import threading
import uuid
from functools import partial

from contract.answers import GATEWAY_HEADERS, MESSAGES, RETRY_AFTER
from contract.stages import STAGES
from tests_e2e.proxy import Behaviour, Forward, Request, Response
from tools.proof.stage.edits import answers, code, edits, of_stage
from tools.proof.stage.fault import Fault

rate_limited = partial(Fault, "rate-limited", stage="staging")


def _no_limit() -> Behaviour:
    """Answer what is refused as the same request was answered before."""
    accepted: dict[str, Response] = {}

    def change(request: Request, response: Response) -> Response:
        if response.status == 429:
            return accepted.get(request.target, response)
        accepted[request.target] = response
        return response

    return edits(change)


def refuses_one_of(many: int, origin: str) -> Behaviour:
    """Refuse one request of so many, exactly as the stage of that origin would."""
    numbers, lock = itertools.count(1), threading.Lock()

    def behaviour(request: Request, forward: Forward) -> Response:
        response = forward(request)
        if not of_stage(request):
            return response
        with lock:
            number = next(numbers)
        return response if number % many else _refusal(origin)

    return behaviour


def _refusal(origin: str) -> Response:
    request_id = str(uuid.uuid4())
    error = {"code": "THROTTLED", "message": MESSAGES["THROTTLED"]}
    headers = GATEWAY_HEADERS | {
        "access-control-allow-origin": origin,
        "x-request-id": request_id,
        "retry-after": RETRY_AFTER["THROTTLED"],
    }
    body = {"success": False, "requestId": request_id, "error": error}
    return Response(429, tuple(headers.items()), json.dumps(body).encode())


FAULTS = (
    rate_limited("rate-limit-off", "No burst is refused.", _no_limit()),
    rate_limited(
        "refused-in-the-gateways-words",
        "Over the limit clients get API Gateway's own body.",
        answers(429, '{"message":"Too Many Requests"}', code("THROTTLED")),
    ),
    rate_limited(
        "refused-below-the-limit",
        "One request of fifty is refused without need.",
        refuses_one_of(50, STAGES["staging"].origins[0]),
    ),
)
