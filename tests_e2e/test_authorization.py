"""Who may ask: everybody on an open stage; on the others who signs and is allowed to."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests_e2e import aws, checks
from tests_e2e.aws import Users
from tests_e2e.client import Answer, Client
from tests_e2e.leftovers import Journal
from tests_e2e.signing import Signer
from tests_e2e.target import Target

pytestmark = pytest.mark.promise("authorization-per-stage")
PATHS = pytest.mark.parametrize("path", ["/user/ada", "/user?userId=ada", "/user"])
UNKNOWN = "/user/nobody-has-this-id"
PATIENCE_SECONDS = 30  # until IAM knows a new user everywhere

WRONG: dict[str, Callable[[Signer], Signer]] = {
    "wrong secret": lambda s: replace(s, secret_key=f"{s.secret_key}x"),
    "unknown key": lambda s: replace(s, access_key="AKIAIOSFODNN7EXAMPLE"),
    "expired": lambda s: replace(s, shift=timedelta(minutes=-20)),
    "from the future": lambda s: replace(s, shift=timedelta(minutes=20)),
    "another service": lambda s: replace(s, service="s3"),
    "another path": lambda s: replace(s, instead="/user/somebody-else"),
}


@pytest.mark.only("open")
@PATHS
def test_open_stage_asks_for_no_signature(anonymous: Client, path: str) -> None:
    assert anonymous.get(path).status != 403


@pytest.mark.only("open")
@pytest.mark.parametrize("said", ["Bearer x", "Basic eDp5"])
def test_open_stage_takes_no_offence_at_credentials(anonymous: Client, said: str) -> None:
    checks.function_error(anonymous.get(UNKNOWN, authorization=said), 404, "USER_NOT_FOUND")


@pytest.mark.only("iam")
@PATHS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unsigned_is_refused(anonymous: Client, stage: Target, method: str, path: str) -> None:
    checks.gateway_error(anonymous.send(method, path), stage.expected, 403, "FORBIDDEN")


@pytest.mark.only("iam")
@pytest.mark.parametrize("said", ["Bearer x", "Basic eDp5", "AWS4-HMAC-SHA256 Credential=x"])
def test_other_credentials_are_refused(anonymous: Client, stage: Target, said: str) -> None:
    answer = anonymous.get("/user/ada", authorization=said)
    checks.gateway_error(answer, stage.expected, 403, "FORBIDDEN")


@pytest.mark.only("iam")
@pytest.mark.parametrize("how", WRONG)
def test_wrongly_signed_is_refused(api: Client, users: Users, stage: Target, how: str) -> None:
    """The record is there, and the very same request signed well gets it."""
    path = f"/user/{users.put({'name': {'S': 'Ada'}})}"
    assert api.signer
    wrong = api.clone(signer=WRONG[how](api.signer), note=f"wrongly signed: {how}")
    answer = wrong.get(path)
    wrong.close()
    checks.gateway_error(answer, stage.expected, 403, "FORBIDDEN")
    checks.success(api.get(path), stage.expected)


@pytest.mark.only("iam")
@pytest.mark.parametrize("route", ["/user/{}", "/user?userId={}"])
def test_signed_is_answered(api: Client, users: Users, stage: Target, route: str) -> None:
    user = users.put({"name": {"S": "Ada"}})
    assert checks.success(api.get(route.format(user)), stage.expected)["userId"] == user


@pytest.mark.only("iam")
@pytest.mark.parametrize("path", ["/user/ada", "/user"])
def test_preflight_is_open(anonymous: Client, stage: Target, path: str) -> None:
    """A browser sends the preflight without a signature."""
    origin = stage.expected.origins[0]
    answer = anonymous.options(path, origin=origin, access_control_request_method="GET")
    checks.preflight(answer, origin)


@pytest.mark.only("iam")
@pytest.mark.usefixtures("principals")
def test_principal_without_permission_is_refused(
    api: Client, stage: Target, journal: Journal
) -> None:
    """First let in for one path, so that it is the policy that refuses the other."""
    name = f"e2e-{uuid.uuid4().hex}"
    journal.placed("principal", name)
    try:
        foreign = _principal(api, stage, name, allowed="/GET/user/nobody-has-this-id")
        _wait_for(lambda: foreign.get(UNKNOWN), 404)
        refused = [foreign.get(path) for path in ("/user/ada", "/user?userId=ada")]
        foreign.close()
    finally:
        aws.remove(journal, "principal", name)
    for answer in refused:
        checks.gateway_error(answer, stage.expected, 403, "FORBIDDEN")


def _principal(api: Client, stage: Target, name: str, allowed: str) -> Client:
    """Signs as a new IAM user who may ask for one path alone."""
    iam = aws.client("iam")
    iam.create_user(UserName=name)
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:*:*:*/{stage.stage_name}{allowed}",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=name, PolicyName="one-path", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    assert api.signer
    signer = replace(
        api.signer, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"], token=None
    )
    return api.clone(signer=signer, note="as a principal that may ask for one path alone")


def _wait_for(ask: Callable[[], Answer], status: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while (answer := ask()).status != status:
        assert time.monotonic() < end, f"{answer.status} for {PATIENCE_SECONDS} s"
        time.sleep(0.5)
