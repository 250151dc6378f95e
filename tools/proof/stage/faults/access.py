"""Faults of access: who may call the stage, and what its function may call."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

from botocore.credentials import ReadOnlyCredentials

from tests_e2e.proxy import Behaviour, Forward, Request, Response
from tests_e2e.signing import Signer
from tools.local_stage import RunningStage
from tools.proof.stage.edits import answers, code, edits, of_stage, preflight, without
from tools.proof.stage.fault import Change, Clients, Fault, Undo
from tools.proof.stage.faults.routes import MISSING_TOKEN

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
# The emulator accepts root's key without verifying the signature.
ROOT = Signer(ReadOnlyCredentials("test", "test", None), "us-east-1")

authorization_per_stage = partial(Fault, "authorization-per-stage")
least_privilege = partial(Fault, "least-privilege")


def _get_of_stage(request: Request, _: Response) -> bool:
    return of_stage(request) and request.method == "GET"


def _trusts(credentials: str) -> Behaviour:
    """Believe whoever sends an Authorization header with this text in it."""

    def behaviour(request: Request, forward: Forward) -> Response:
        sent = request.header("authorization") or ""
        if not of_stage(request) or request.method != "GET" or credentials not in sent:
            return forward(request)
        signature = ROOT.headers("GET", request.header("host") or "", request.target)
        headers = without(request.headers, *signature)
        return forward(replace(request, headers=(*headers, *signature.items())))

    return behaviour


def _grants(action: str) -> Change:
    """The function's role may call one action more, on every resource."""

    def change(clients: Clients, running: RunningStage) -> Undo:
        policy = {"RoleName": _role(clients, running), "PolicyName": "more"}
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        clients("iam").put_role_policy(**policy, PolicyDocument=document)
        return partial(clients("iam").delete_role_policy, **policy)

    return change


def _administrator(clients: Clients, running: RunningStage) -> Undo:
    policy = {"RoleName": _role(clients, running), "PolicyArn": ADMINISTRATOR}
    clients("iam").attach_role_policy(**policy)
    return partial(clients("iam").detach_role_policy, **policy)


def _role(clients: Clients, running: RunningStage) -> str:
    function: dict[str, Any] = clients("lambda").get_function_configuration(
        FunctionName=running.outputs["FunctionName"]
    )
    return str(function["Role"].rpartition("/")[2])


def _other_policy(_: Request, response: Response) -> Response:
    """The output of the stack allows callers another path."""
    return replace(response, body=response.body.replace(b"/GET/user/*", b"/GET/users/*"))


FAULTS = (
    Fault(
        "callers-policy",
        "callers-policy-lacks-route",
        "The policy for callers does not allow the route by path.",
        edits(_other_policy, lambda request, _: b"Action=DescribeStacks" in request.body),
        stage="staging",
    ),
    authorization_per_stage(
        "open-stage-closed",
        "The open stage asks for a signature.",
        answers(403, MISSING_TOKEN, _get_of_stage),
    ),
    authorization_per_stage(
        "iam-off", "The IAM stage answers anybody.", _trusts(""), stage="staging"
    ),
    authorization_per_stage(
        "signatures-unchecked",
        "The IAM stage believes every signature.",
        _trusts("AWS4-HMAC-SHA256"),
        stage="staging",
    ),
    authorization_per_stage(
        "preflight-wants-a-signature",
        "The IAM stage asks for a signature on the preflight.",
        answers(403, MISSING_TOKEN, preflight),
        stage="staging",
    ),
    authorization_per_stage(
        "unsigned-in-the-gateways-words",
        "Without a signature clients get API Gateway's own body.",
        answers(403, MISSING_TOKEN, code("FORBIDDEN")),
        stage="staging",
    ),
    least_privilege(
        "function-may-scan",
        "The function's role may scan every table.",
        change=_grants("dynamodb:Scan"),
    ),
    least_privilege(
        "function-may-read-every-table",
        "The function's role may read other tables.",
        change=_grants("dynamodb:GetItem"),
    ),
    least_privilege(
        "function-is-administrator",
        "The function's role has AWS's administrator policy.",
        change=_administrator,
    ),
)
