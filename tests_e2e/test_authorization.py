"""Who may call: anybody on an open stage; on the others whoever signs and is allowed to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from tests_e2e import aws, checks
from tests_e2e.client import Answer, Client
from tests_e2e.principals import Principals
from tests_e2e.signing import Signer
from tests_e2e.target import Target
from tests_e2e.users import Users

pytestmark = pytest.mark.promise("authorization-per-stage")
PATHS = pytest.mark.parametrize("path", ["/user/ada", "/user?userId=ada", "/user"])
UNKNOWN = "/user/nobody-has-this-id"
PATIENCE_SECONDS = 30


def _with_key(signer: Signer, **key: str) -> Signer:
    return replace(signer, credentials=signer.credentials._replace(**key))


WRONG: dict[str, Callable[[Signer], Signer]] = {
    "wrong secret": lambda s: _with_key(s, secret_key=f"{s.credentials.secret_key}x"),
    "unknown key": lambda s: _with_key(s, access_key="AKIAIOSFODNN7EXAMPLE"),
    "expired": lambda s: replace(s, clock_skew=timedelta(minutes=-20)),
    "from the future": lambda s: replace(s, clock_skew=timedelta(minutes=20)),
    "another service": lambda s: replace(s, service="s3"),
    "another region": lambda s: replace(s, region="eu-south-2"),
    "another path": lambda s: replace(s, signed_target="/user/somebody-else"),
}
IGNORED_BY_EMULATOR = ("another service", "another region")


@pytest.mark.smoke
@pytest.mark.only("open")
@PATHS
def test_open_stage_requires_no_signature(anonymous: Client, path: str) -> None:
    assert anonymous.get(path).status != 403


@pytest.mark.only("open")
@pytest.mark.parametrize("credentials", ["Bearer x", "Basic eDp5"])
def test_open_stage_ignores_credentials(anonymous: Client, credentials: str) -> None:
    answer = anonymous.get(UNKNOWN, authorization=credentials)
    checks.function_error(answer, 404, "USER_NOT_FOUND")


@pytest.mark.smoke
@pytest.mark.only("iam")
@PATHS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unsigned_request_is_refused(anonymous: Client, method: str, path: str) -> None:
    checks.gateway_error(anonymous.send(method, path), 403, "FORBIDDEN")


@pytest.mark.only("iam")
@pytest.mark.parametrize("header", ["x-api-key", "x-amz-security-token", "cookie", "x-amz-date"])
def test_other_header_is_no_signature(anonymous: Client, header: str) -> None:
    checks.refused(anonymous.send("GET", "/user/ada", {header: "x"}))


@pytest.mark.smoke
@pytest.mark.only("iam")
def test_invented_signature_in_query_is_refused(anonymous: Client) -> None:
    query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x&X-Amz-Signature=0"
    checks.refused(anonymous.get(f"/user?userId=ada&{query}"))


@pytest.mark.smoke
@pytest.mark.only("iam")
@pytest.mark.parametrize("credentials", ["Bearer x", "Basic eDp5", "AWS4-HMAC-SHA256 Credential=x"])
def test_other_credentials_are_refused(anonymous: Client, credentials: str) -> None:
    checks.refused(anonymous.get("/user/ada", authorization=credentials))


@pytest.mark.only("iam")
def test_signed_request_is_answered(api: Client, users: Users, route: str) -> None:
    user = users.put()
    checks.record(api.get(route.format(user.id)), user.record())


@pytest.mark.smoke
@pytest.mark.only("iam")
@pytest.mark.parametrize("path", ["/user/ada", "/user"])
def test_preflight_is_open(anonymous: Client, stage: Target, path: str) -> None:
    """A browser sends the preflight without a signature."""
    origin = stage.expected.origins[0]
    answer = anonymous.options(path, origin=origin, access_control_request_method="GET")
    checks.preflight(answer, origin)


@pytest.fixture(scope="module")
def allowed(principals: Principals, deployed: dict[str, str], api: Client) -> Iterator[Client]:
    """A client of an IAM user who has the policy for callers, and no other.

    The key that the environment holds for an emulator is root's, which it never verifies.
    """
    signer = principals.with_policy(deployed["CallersPolicy"])
    with closing(api.clone(signer=signer, note="as an IAM user who may call the API")) as client:
        _wait_for(lambda: client.get(UNKNOWN), 404)
        yield client


@pytest.mark.only("iam")
@pytest.mark.promise("callers-policy")
def test_caller_with_policy_is_answered_on_both_routes(
    principals: Principals, api: Client, users: Users, stage: Target
) -> None:
    """Others are refused: see `test_principal_without_permission_is_refused`."""
    user = users.put()
    signer = principals.with_policy(aws.stack_outputs(stage.stack_name or "")["CallersPolicy"])
    note = "as an IAM user who has the policy for callers"
    with closing(api.clone(signer=signer, note=note)) as caller:
        _wait_for(lambda: caller.get(f"/user?userId={user.id}"), 200)
        assert checks.success(caller.get(f"/user/{user.id}"))["userId"] == user.id


@pytest.mark.only("iam")
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(how, marks=pytest.mark.only("aws") if how in IGNORED_BY_EMULATOR else ())
        for how in WRONG
    ],
)
def test_wrongly_signed_request_is_refused(allowed: Client, users: Users, how: str) -> None:
    """The user exists, and the very same request with the right signature returns the record."""
    path = f"/user/{users.put().id}"
    assert allowed.signer
    signer = WRONG[how](allowed.signer)
    with closing(allowed.clone(signer=signer, note=f"wrongly signed: {how}")) as wrong:
        answer = wrong.get(path)
    checks.success(allowed.get(path))
    checks.refused(answer)


@pytest.mark.only("iam")
def test_principal_without_permission_is_refused(
    principals: Principals, api: Client, users: Users, stage: Target, route: str
) -> None:
    """The principal may call one path, so that it is the policy that refuses the others."""
    user = users.put()
    signer = principals.who_may_call(f"/GET{UNKNOWN}")
    note = "as an IAM user who may ask for one path alone"
    with closing(api.clone(signer=signer, note=note)) as foreign:
        _wait_for(lambda: foreign.get(UNKNOWN), 404)
        answer = foreign.get(route.format(user.id))
    if stage.local:  # the emulator answers with IAM's own body
        assert answer.status == 403
        assert b"Ada" not in answer.body
    else:
        checks.gateway_error(answer, 403, "FORBIDDEN")


def _wait_for(ask: Callable[[], Answer], status: int) -> None:
    """IAM takes some seconds until a new user is known everywhere."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (answer := ask()).status != status:
        assert time.monotonic() < end, f"{answer.status} for {PATIENCE_SECONDS} s"
        time.sleep(0.5)
