"""The schemas themselves."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

import contract
from tests_unit.checks import CODES

USER, ERROR = contract.load("user_response"), contract.load("error_response")
STAMP = "2026-11-22T12:00:00.000Z"
GATEWAY_CODES = {"INVALID_REQUEST", "NOT_FOUND", "FORBIDDEN", "THROTTLED", "INTERNAL_ERROR"}


def user(**changes: Any) -> dict[str, Any]:
    whole = {"success": True, "timestamp": STAMP, "requestId": "r", "data": {"userId": "ada"}}
    return whole | changes


def error(code: str, **changes: Any) -> dict[str, Any]:
    told = {"code": code, "message": "m"}
    return {"success": False, "timestamp": STAMP, "requestId": "r", "error": told} | changes


def fits(schema: dict[str, Any], body: object) -> bool:
    return Draft4Validator(schema, format_checker=FormatChecker()).is_valid(body)


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize("name", contract.NAMES)
def test_a_schema_is_a_model_that_api_gateway_takes(name: str) -> None:
    schema = contract.load(name)
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
    Draft4Validator.check_schema(schema)
    assert "$ref" not in str(schema)  # self-contained: API Gateway follows no file


def test_no_other_schema_is_to_be_had() -> None:
    with pytest.raises(ValueError, match="'user': there are user_response, error_response"):
        contract.load("user")


def test_a_record_fits() -> None:
    assert fits(USER, user())
    assert fits(USER, user(data={"userId": "A_-9", "anything": [1, None, {}]}))


@pytest.mark.parametrize(
    "changes",
    [
        {"success": False},
        {"success": 1},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-22T12:00:00.000+01:00"},
        {"requestId": ""},
        {"requestId": 7},
        {"data": {}},
        {"data": {"userId": ""}},
        {"data": {"userId": "x" * 129}},
        {"data": {"userId": "a b"}},
        {"data": []},
        {"error": {}},
    ],
)
def test_anything_else_is_no_record(changes: dict[str, Any]) -> None:
    assert not fits(USER, user(**changes))


@pytest.mark.parametrize("name", ["success", "timestamp", "requestId", "data"])
def test_a_record_lacks_nothing(name: str) -> None:
    assert not fits(USER, without(user(), name))


def test_every_error_fits_with_its_time() -> None:
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
def test_anything_else_is_no_error(changes: dict[str, Any]) -> None:
    assert not fits(ERROR, error("FORBIDDEN", **changes))


@pytest.mark.parametrize("name", ["success", "requestId", "error"])
def test_an_error_lacks_nothing(name: str) -> None:
    assert not fits(ERROR, without(error("FORBIDDEN"), name))
