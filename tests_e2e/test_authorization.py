"""Who may ask: everybody on an open stage; on the others who signs and is allowed to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests_e2e import checks
from tests_e2e.aws import Users
from tests_e2e.client import Answer, Client
from tests_e2e.signing import Signer
from tests_e2e.target import Target

pytestmark = pytest.mark.promise("authorization-per-stage")
PATHS = pytest.mark.parametrize("path", ["/user/ada", "/user?userId=ada", "/user"])
UNKNOWN = "/user/nobody-has-this-id"
PATIENCE_SECONDS = 30

WRONG: dict[str, Callable[[Signer], Signer]] = {
    "wrong secret": lambda s: replace(s, secret_key=f"{s.secret_key}x"),
    "unknown key": lambda s: replace(s, access_key="AKIAIOSFODNN7EXAMPLE"),
    "expired": lambda s: replace(s, shift=timedelta(minutes=-20)),
    "from the future": lambda s: replace(s, shift=timedelta(minutes=20)),
    "another service": lambda s: replace(s, service="s3"),
    "another region": lambda s: replace(s, region="eu-south-2"),
    "another path": lambda s: replace(s, instead="/user/somebody-else"),
}

# The emulator reads neither from the signature's scope.
UNSEEN = pytest.mark.only("aws")


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
@pytest.mark.parametrize("header", ["x-api-key", "x-amz-security-token", "cookie", "x-amz-date"])
def test_other_headers_are_no_signature(anonymous: Client, stage: Target, header: str) -> None:
    checks.refused(anonymous.send("GET", "/user/ada", {header: "x"}), stage.expected)


@pytest.mark.only("iam")
def test_a_made_up_signature_in_the_query_is_refused(anonymous: Client, stage: Target) -> None:
    query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x&X-Amz-Signature=0"
    checks.refused(anonymous.get(f"/user?userId=ada&{query}"), stage.expected)


@pytest.mark.only("iam")
@pytest.mark.parametrize("said", ["Bearer x", "Basic eDp5", "AWS4-HMAC-SHA256 Credential=x"])
def test_other_credentials_are_refused(anonymous: Client, stage: Target, said: str) -> None:
    checks.refused(anonymous.get("/user/ada", authorization=said), stage.expected)


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


@pytest.fixture(scope="module")
def allowed(principals: Callable[[str], Signer], api: Client) -> Iterator[Client]:
    """Asks as an IAM user of our own who may ask for everything.

    The key that the environment holds for an emulator is root's, which it never verifies.
    """
    client = api.clone(signer=principals("/GET/*"), note="as an IAM user who may call the API")
    _wait_for(lambda: client.get(UNKNOWN), 404)
    yield client
    client.close()


@pytest.mark.only("iam")
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(how, marks=UNSEEN if how in ("another service", "another region") else ())
        for how in WRONG
    ],
)
def test_wrongly_signed_is_refused(allowed: Client, users: Users, stage: Target, how: str) -> None:
    """The record is there, and the very same request signed well gets it."""
    path = f"/user/{users.put({'name': {'S': 'Ada'}})}"
    assert allowed.signer
    wrong = allowed.clone(signer=WRONG[how](allowed.signer), note=f"wrongly signed: {how}")
    answer = wrong.get(path)
    wrong.close()
    checks.success(allowed.get(path), stage.expected)
    checks.refused(answer, stage.expected)


@pytest.mark.only("iam")
def test_principal_without_permission_is_refused(
    principals: Callable[[str], Signer], api: Client, users: Users, stage: Target
) -> None:
    """First let in for one path, so that it is the policy that refuses the others."""
    user = users.put({"name": {"S": "Ada"}})
    signer = principals(f"/GET{UNKNOWN}")
    foreign = api.clone(signer=signer, note="as an IAM user who may ask for one path alone")
    _wait_for(lambda: foreign.get(UNKNOWN), 404)
    answers = [foreign.get(path) for path in (f"/user/{user}", f"/user?userId={user}")]
    foreign.close()
    for answer in answers:
        if stage.local:  # the emulator answers with IAM's own body
            assert answer.status == 403
            assert b"Ada" not in answer.body
        else:
            checks.gateway_error(answer, stage.expected, 403, "FORBIDDEN")


def _wait_for(ask: Callable[[], Answer], status: int) -> None:
    """IAM takes some seconds until a new user is known everywhere."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (answer := ask()).status != status:
        assert time.monotonic() < end, f"{answer.status} for {PATIENCE_SECONDS} s"
        time.sleep(0.5)
