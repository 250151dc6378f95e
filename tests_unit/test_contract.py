"""The JSON Schemas of the answers."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

import contract
from contract import users
from tests_unit.checks import CODES

USER, ERROR = contract.load("user_response"), contract.load("error_response")
STAMP = "2026-11-22T12:00:00.000Z"
GATEWAY_CODES = {"INVALID_REQUEST", "NOT_FOUND", "FORBIDDEN", "THROTTLED", "INTERNAL_ERROR"}


def user(**changes: Any) -> dict[str, Any]:
    whole = {"success": True, "timestamp": STAMP, "requestId": "r", "data": users.data()}
    return whole | changes


def error(code: str, **changes: Any) -> dict[str, Any]:
    whole = {"success": False, "timestamp": STAMP, "requestId": "r"}
    return whole | {"error": {"code": code, "message": "m"}} | changes


def fits(schema: dict[str, Any], body: object) -> bool:
    return Draft4Validator(schema, format_checker=FormatChecker()).is_valid(body)


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize("name", contract.NAMES)
def test_schema_is_model_that_api_gateway_takes(name: str) -> None:
    schema = contract.load(name)
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
    Draft4Validator.check_schema(schema)
    assert "$ref" not in str(schema)  # self-contained: API Gateway follows no file


def test_unknown_schema_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'user': there are user_response, error_response"):
        contract.load("user")


# For each attribute that the contract names, the values that it is not.
WRONG: dict[str, list[Any]] = {
    "userId": ["", "x" * 129, "a b", None, 7],
}


def test_every_attribute_of_contract_is_tested() -> None:
    """An attribute without wrong values here could be anything, and no test would notice."""
    record = USER["properties"]["data"]
    assert sorted({*record["required"], *record["properties"]}) == sorted(WRONG)
    assert set(record["required"]) == {"userId", *users.REQUIRED}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_record_with_wrong_attribute_does_not_fit(name: str, value: object) -> None:
    assert not fits(USER, user(data=users.data() | {name: value}))


@pytest.mark.parametrize("name", USER["properties"]["data"]["required"])
def test_record_without_required_attribute_does_not_fit(name: str) -> None:
    assert not fits(USER, user(data=without(users.data(), name)))


def test_record_fits() -> None:
    assert fits(USER, user())
    assert fits(USER, user(data=users.data("A_-9", anything=[1, None, {}])))


@pytest.mark.parametrize(
    "changes",
    [
        {"success": False},
        {"success": 1},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-22T12:00:00.000+01:00"},
        {"requestId": ""},
        {"requestId": 7},
        {"data": []},
        {"error": {}},
    ],
)
def test_anything_else_is_not_user_response(changes: dict[str, Any]) -> None:
    assert not fits(USER, user(**changes))


@pytest.mark.parametrize("name", ["success", "timestamp", "requestId", "data"])
def test_user_response_lacks_nothing(name: str) -> None:
    assert not fits(USER, without(user(), name))


def test_every_error_fits_with_timestamp() -> None:
    codes = set(ERROR["properties"]["error"]["properties"]["code"]["enum"])
    assert codes == GATEWAY_CODES.union(*CODES.values())
    assert all(fits(ERROR, error(code)) for code in codes)
    timeless = {code for code in codes if fits(ERROR, without(error(code), "timestamp"))}
    assert timeless == GATEWAY_CODES


@pytest.mark.parametrize(
    "changes",
    [
        {"success": True},
        {"success": 0},
        {"requestId": ""},
        {"error": {"code": "FORBIDDEN"}},
        {"error": {"message": "m"}},
        {"error": {"code": "FORBIDDEN", "message": ""}},
        {"error": {"code": "OTHER", "message": "m"}},
        {"error": {"code": "FORBIDDEN", "message": "m", "trace": "t"}},
        {"data": {}},
        {"timestamp": 7},
    ],
)
def test_anything_else_is_not_error_response(changes: dict[str, Any]) -> None:
    assert not fits(ERROR, error("FORBIDDEN", **changes))


@pytest.mark.parametrize("name", ["success", "requestId", "error"])
def test_error_response_lacks_nothing(name: str) -> None:
    assert not fits(ERROR, without(error("FORBIDDEN"), name))
