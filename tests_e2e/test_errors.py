"""Everything that is refused: in the contract's shape, with a message that a user can act on."""

from __future__ import annotations

import uuid

import pytest

from tests_e2e import checks
from tests_e2e.client import Client
from tests_e2e.target import Target

# As written in the URL. The last groups reach the function differently on the two
# platforms, but are valid ids on neither.
INVALID = {
    "129 characters": "a" * 129,
    "2000 characters": "a" * 2000,
    "space": "a%20b",
    "only a space": "%20",
    "newline at the end": "ada%0A",
    "newline alone": "%0A",
    "carriage return": "ada%0D",
    "nul": "%00",
    "nul at the end": "ada%00",
    "tab": "a%09b",
    "other script": "%C3%A9",
    "full-width digit": "%EF%BC%91",
    "not UTF-8": "%FF",
    "dot": "a.b",
    "at sign": "ada@example.com",
    "colon": "a:b",
    "semicolon": "ada;x=1",
    "asterisk": "*",
    "quote": "a%27b",
    "double quote": "a%22b",
    "tag": "%3Cscript%3E",
    "braces": "%7B%22S%22%3A%22ada%22%7D",
    "dollar": "$context",
    "plus": "a+b",
    "tilde": "a~b",
    "comma": "ada,grace",
}
# Valid, but of no user.
UNKNOWN = {
    "1 character": "-",
    "128 characters": uuid.uuid4().hex * 4,
    "digits": str(uuid.uuid4().int),
    "every kind of character": f"Az09_-{uuid.uuid4().hex}",
    "looks like an option": f"--{uuid.uuid4().hex}",
    "null": f"null-{uuid.uuid4().hex}",
    "a word of Python": "__class__",
}
# What servers on the way may refuse, split or resolve by themselves.
AMBIGUOUS = ["a%2Fb", "..%2F..", "..", ".", "%2E%2E", "a%5Cb", "%252F", "ada%23x", "%3F"]


@pytest.mark.promise("invalid-id-refused", "query-route-same", "nothing-internal-shown")
@pytest.mark.promise("cache-private", "json-nosniff", "request-id-matches")
@pytest.mark.parametrize("name", INVALID)
def test_invalid_id_is_refused(api: Client, name: str, route: str) -> None:
    checks.function_error(api.get(route.format(INVALID[name])), 400, "INVALID_USER_ID")


@pytest.mark.promise("unknown-user-404", "query-route-same", "nothing-internal-shown")
@pytest.mark.promise("cache-private", "json-nosniff", "request-id-matches")
@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_user_is_not_found(api: Client, name: str, route: str) -> None:
    checks.function_error(api.get(route.format(UNKNOWN[name])), 404, "USER_NOT_FOUND")


@pytest.mark.smoke
@pytest.mark.promise("unknown-user-404")
def test_answers_for_unknown_user_differ(api: Client) -> None:
    """Each answer has the id and the time of its own request."""
    path = f"/user/{uuid.uuid4().hex}"
    bodies = [checks.json_object(api.get(path).body) for _ in range(3)]
    assert len({body["requestId"] for body in bodies}) == 3
    assert bodies[0]["timestamp"] < bodies[2]["timestamp"]


@pytest.mark.promise("invalid-id-refused", "nothing-internal-shown")
@pytest.mark.parametrize("path", AMBIGUOUS)
def test_ambiguous_path_is_refused(api: Client, path: str) -> None:
    answer = api.get(f"/user/{path}")
    if checks.code(answer) == "INVALID_USER_ID":
        checks.function_error(answer, 400, "INVALID_USER_ID")
    else:
        checks.no_such_route(answer)


@pytest.mark.smoke
@pytest.mark.promise("missing-id-refused", "gateway-errors-in-contract", "nothing-internal-shown")
@pytest.mark.parametrize("path", ["/user", "/user?", "/user?id=ada", "/user?USERID=ada"])
def test_missing_id_is_refused(api: Client, path: str) -> None:
    checks.gateway_error(api.get(path), 400, "INVALID_REQUEST")


@pytest.mark.promise("missing-id-refused", "invalid-id-refused")
@pytest.mark.parametrize("path", ["/user?userId=", "/user?userId"])
def test_blank_id_is_refused(api: Client, stage: Target, path: str) -> None:
    """AWS's validator treats a blank parameter as missing; the emulator's does not."""
    answer = api.get(path)
    if stage.local and checks.code(answer) == "INVALID_USER_ID":
        checks.function_error(answer, 400, "INVALID_USER_ID")
    else:
        checks.gateway_error(answer, 400, "INVALID_REQUEST")


@pytest.mark.smoke
@pytest.mark.promise("invalid-id-refused", "record-returned")
@pytest.mark.parametrize("path", ["/user?userId=ada&userId=grace", "/user?userId=ada&userId=ada"])
def test_repeated_id_is_refused(api: Client, path: str) -> None:
    checks.function_error(api.get(path), 400, "INVALID_USER_ID")


@pytest.mark.smoke
@pytest.mark.promise("unknown-path-answered", "gateway-errors-in-contract")
@pytest.mark.parametrize(
    "path",
    ["/", "/users", "/User/ada", "/user/ada/x", "/x/user/ada", "/admin", "/.env", "/user/ada/.."],
)
def test_unknown_path_is_not_found(anonymous: Client, path: str) -> None:
    checks.no_such_route(anonymous.get(path))


@pytest.mark.promise("unknown-path-answered", "gateway-errors-in-contract")
@pytest.mark.parametrize("path", ["/user/ada", "/user?userId=ada", "/user"])
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_other_method_is_not_found(anonymous: Client, method: str, path: str) -> None:
    checks.no_such_route(anonymous.send(method, path))


@pytest.mark.smoke
@pytest.mark.promise("unknown-path-answered")
@pytest.mark.parametrize("header", ["x-http-method-override", "x-method-override"])
def test_method_is_not_overridden(anonymous: Client, header: str) -> None:
    checks.no_such_route(anonymous.send("POST", "/user/ada", {header: "GET"}))


@pytest.mark.promise("unknown-path-answered", "gateway-errors-in-contract")
@pytest.mark.parametrize("path", ["/", "/users", "/user/ada/x"])
def test_preflight_of_unknown_path_is_not_found(
    anonymous: Client, stage: Target, path: str
) -> None:
    origin = stage.expected.origins[0]
    answer = anonymous.options(path, origin=origin, access_control_request_method="GET")
    checks.no_such_route(answer)


@pytest.mark.promise("unknown-path-answered")
def test_stage_name_is_part_of_path(anonymous: Client) -> None:
    """Outside the stage there is nothing of this service."""
    answer = anonymous.send("GET", "x/user/ada")
    assert answer.status in (403, 404)
    assert b"userId" not in answer.body
