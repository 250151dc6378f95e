"""CORS by the letter of the Fetch standard; `test_browser` asks a real browser."""

from __future__ import annotations

import pytest

from tests_e2e import checks
from tests_e2e.aws import Users
from tests_e2e.client import Answer, Client
from tests_e2e.target import Target

PATHS = pytest.mark.parametrize("path", ["/user/ada", "/user?userId=ada", "/user"])


def foreign(stage: Target) -> list[str]:
    """Origins that look like the allowed one and are others."""
    scheme, _, host = stage.expected.origins[0].partition("://")
    other = {"http": "https", "https": "http"}[scheme]
    return [
        "https://evil.example",
        "null",
        f"{other}://{host}",
        f"{scheme}://{host}.evil.example",
        f"{scheme}://evil-{host}",
        f"{scheme}://{host}:1",
        f"{scheme}://x.{host}",
        f"{scheme}://{host.upper()}x",
        f"{scheme}://{host}/",
        "*",
        "",
    ]


FOREIGN = range(11)


def _unreadable(answer: Answer, origin: str) -> None:
    """Nothing that lets a page of this origin read the answer."""
    allowed = answer.all("access-control-allow-origin")
    assert "*" not in allowed
    assert origin not in allowed or not origin
    assert answer.all("access-control-allow-credentials") == []


@pytest.mark.promise("cors-allowed-origin", "cors-no-credentials-with-star")
@PATHS
def test_preflight_of_an_allowed_origin(anonymous: Client, stage: Target, path: str) -> None:
    """Without a signature also where requests need one: browsers send none."""
    origin = stage.expected.origins[0]
    answer = anonymous.options(
        path,
        origin=origin,
        access_control_request_method="GET",
        access_control_request_headers="authorization,if-none-match,x-amz-date",
    )
    checks.preflight(answer, origin)


@pytest.mark.only("aws")
@pytest.mark.promise("cors-allowed-origin")
def test_preflight_of_every_allowed_origin(anonymous: Client, stage: Target) -> None:
    """The emulator does not run the template that chooses among several origins."""
    for origin in stage.expected.origins:
        answer = anonymous.options("/user/ada", origin=origin, access_control_request_method="GET")
        checks.preflight(answer, origin)


@pytest.mark.promise("cors-foreign-origin", "cors-no-credentials-with-star")
@pytest.mark.parametrize("index", FOREIGN)
def test_preflight_of_a_foreign_origin(anonymous: Client, stage: Target, index: int) -> None:
    origin = foreign(stage)[index]
    answer = anonymous.options("/user/ada", origin=origin, access_control_request_method="GET")
    checks.preflight(answer, stage.expected.origins[0])
    _unreadable(answer, origin)


@pytest.mark.promise("cors-allowed-origin")
@pytest.mark.parametrize("route", ["/user/{}", "/user?userId={}"])
def test_record_for_an_allowed_origin(api: Client, users: Users, stage: Target, route: str) -> None:
    path = route.format(users.put({}))
    for origin in stage.expected.origins:
        answer = api.get(path, origin=origin)
        checks.success(answer, stage.expected, origin)
        tag = answer.header("etag") or ""
        again = api.get(path, origin=origin, if_none_match=tag)
        checks.not_modified(again, stage.expected, tag, origin)


@pytest.mark.promise("cors-foreign-origin", "cors-no-credentials-with-star")
@pytest.mark.parametrize("index", FOREIGN)
def test_record_for_a_foreign_origin(api: Client, users: Users, stage: Target, index: int) -> None:
    """It comes, for programs that are no browsers, but without any CORS header."""
    origin = foreign(stage)[index]
    answer = api.get(f"/user/{users.put({})}", origin=origin)
    checks.success(answer, stage.expected, None)
    _unreadable(answer, origin)


@pytest.mark.promise("cors-allowed-origin")
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/user/a.b", 400, "INVALID_USER_ID"), ("/user/nobody-has-this-id", 404, "USER_NOT_FOUND")],
)
def test_errors_are_readable_for_an_allowed_origin(
    api: Client, stage: Target, path: str, status: int, code: str
) -> None:
    for origin in stage.expected.origins:
        checks.function_error(api.get(path, origin=origin), status, code, origin)


@pytest.mark.promise("cors-foreign-origin")
@pytest.mark.parametrize("index", FOREIGN)
def test_errors_for_a_foreign_origin(api: Client, stage: Target, index: int) -> None:
    origin = foreign(stage)[index]
    answer = api.get("/user/nobody-has-this-id", origin=origin)
    checks.function_error(answer, 404, "USER_NOT_FOUND")
    _unreadable(answer, origin)


@pytest.mark.promise("cors-allowed-origin", "gateway-errors-in-contract")
@pytest.mark.promise("cors-no-credentials-with-star")
def test_gateway_errors_for_an_allowed_origin(api: Client, stage: Target) -> None:
    origin = stage.expected.origins[0]
    answer = api.get("/user", origin=origin)
    checks.gateway_error(answer, stage.expected, 400, "INVALID_REQUEST")
    assert answer.header("access-control-allow-origin") == origin
    checks.no_such_route(api.get("/users", origin=origin), stage.expected)


@pytest.mark.promise("cors-foreign-origin")
@pytest.mark.parametrize("index", FOREIGN)
def test_gateway_errors_for_a_foreign_origin(anonymous: Client, stage: Target, index: int) -> None:
    origin = foreign(stage)[index]
    answer = anonymous.get("/users", origin=origin)
    checks.no_such_route(answer, stage.expected)
    _unreadable(answer, origin)
