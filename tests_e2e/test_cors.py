"""CORS by the letter of the Fetch standard; `test_browser` asks a real browser."""

from __future__ import annotations

import pytest

from tests_e2e import checks
from tests_e2e.client import Answer, Client
from tests_e2e.target import Target
from tests_e2e.users import Users

PATHS = pytest.mark.parametrize("path", ["/user/ada", "/user?userId=ada", "/user"])


# Origins that resemble the allowed one, or are special.
FOREIGN = [
    "https://evil.example",
    "null",
    "{other_scheme}://{host}",
    "{scheme}://{host}.evil.example",
    "{scheme}://evil-{host}",
    "{scheme}://{host}:1",
    "{scheme}://x.{host}",
    "{scheme}://{upper_host}x",
    "{scheme}://{host}/",
    "*",
    "",
]


@pytest.fixture(params=FOREIGN)
def foreign(stage: Target, request: pytest.FixtureRequest) -> str:
    scheme, _, host = stage.expected.origins[0].partition("://")
    return str(request.param).format(
        scheme=scheme,
        other_scheme={"http": "https", "https": "http"}[scheme],
        host=host,
        upper_host=host.upper(),
    )


def _unreadable(answer: Answer, origin: str) -> None:
    """Check that nothing lets a page of this origin read the answer."""
    allowed = answer.all("access-control-allow-origin")
    assert "*" not in allowed
    assert origin not in allowed or not origin
    assert answer.all("access-control-allow-credentials") == []


@pytest.mark.smoke
@pytest.mark.promise("cors-allowed-origin", "cors-no-credentials-with-star")
@PATHS
def test_preflight_allows_origin(anonymous: Client, stage: Target, path: str) -> None:
    """Without a signature also where requests need one: browsers send none."""
    origin = stage.expected.origins[0]
    answer = anonymous.options(
        path,
        origin=origin,
        access_control_request_method="GET",
        access_control_request_headers="authorization,if-none-match,x-amz-date",
    )
    checks.preflight(answer, origin)


@pytest.mark.smoke
@pytest.mark.only("aws")
@pytest.mark.promise("cors-allowed-origin")
def test_preflight_allows_every_origin(anonymous: Client, stage: Target) -> None:
    """The emulator does not run the template that chooses among several origins."""
    for origin in stage.expected.origins:
        answer = anonymous.options("/user/ada", origin=origin, access_control_request_method="GET")
        checks.preflight(answer, origin)


@pytest.mark.promise("cors-foreign-origin", "cors-no-credentials-with-star")
def test_preflight_of_foreign_origin_is_unreadable(
    anonymous: Client, stage: Target, foreign: str
) -> None:
    answer = anonymous.options("/user/ada", origin=foreign, access_control_request_method="GET")
    checks.preflight(answer, stage.expected.origins[0])
    _unreadable(answer, foreign)


@pytest.mark.promise("cors-allowed-origin")
def test_record_for_allowed_origin_is_readable(
    api: Client, users: Users, stage: Target, route: str
) -> None:
    path = route.format(users.put().id)
    for origin in stage.expected.origins:
        answer = api.get(path, origin=origin)
        checks.success(answer, origin)
        tag = answer.header("etag") or ""
        again = api.get(path, origin=origin, if_none_match=tag)
        checks.not_modified(again, tag, origin)


@pytest.mark.promise("cors-foreign-origin", "cors-no-credentials-with-star")
def test_record_for_foreign_origin_is_unreadable(api: Client, users: Users, foreign: str) -> None:
    """The record is returned, for programs other than browsers, but without any CORS header."""
    answer = api.get(f"/user/{users.put().id}", origin=foreign)
    checks.success(answer)
    _unreadable(answer, foreign)


@pytest.mark.smoke
@pytest.mark.promise("cors-allowed-origin")
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/user/a.b", 400, "INVALID_USER_ID"), ("/user/nobody-has-this-id", 404, "USER_NOT_FOUND")],
)
def test_errors_for_allowed_origin_are_readable(
    api: Client, stage: Target, path: str, status: int, code: str
) -> None:
    for origin in stage.expected.origins:
        checks.function_error(api.get(path, origin=origin), status, code, origin)


@pytest.mark.promise("cors-foreign-origin")
def test_errors_for_foreign_origin_are_unreadable(api: Client, foreign: str) -> None:
    answer = api.get("/user/nobody-has-this-id", origin=foreign)
    checks.function_error(answer, 404, "USER_NOT_FOUND")
    _unreadable(answer, foreign)


@pytest.mark.smoke
@pytest.mark.promise("cors-allowed-origin", "gateway-errors-in-contract")
@pytest.mark.promise("cors-no-credentials-with-star")
def test_gateway_errors_for_allowed_origin_are_readable(api: Client, stage: Target) -> None:
    origin = stage.expected.origins[0]
    answer = api.get("/user", origin=origin)
    checks.gateway_error(answer, 400, "INVALID_REQUEST")
    assert answer.header("access-control-allow-origin") == origin
    checks.no_such_route(api.get("/users", origin=origin))


@pytest.mark.promise("cors-foreign-origin")
def test_gateway_errors_for_foreign_origin_are_unreadable(anonymous: Client, foreign: str) -> None:
    answer = anonymous.get("/users", origin=foreign)
    checks.no_such_route(answer)
    _unreadable(answer, foreign)
