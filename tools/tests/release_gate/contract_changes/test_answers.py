"""What breaks the real answers, and what does not, by hand."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

import contract
from tools.release_gate.contract_changes import breaks

Json = dict[str, Any]
Edit = Callable[[Json], object]
LONGER = "^[A-Za-z0-9_.-]+$"


def field(schema: Json, *path: str) -> Json:
    for name in path:
        schema = schema["properties"][name]
    return schema


def open_codes(schema: Json) -> Json:
    """The codes that may come without a timestamp."""
    return field(schema["anyOf"][1], "error", "code")


def new_error(code: str) -> Edit:
    return lambda e: field(e, "error", "code")["enum"].append(code)


def to_definitions(schema: Json) -> None:
    schema["definitions"] = {"error": schema["properties"]["error"]}
    schema["properties"]["error"] = {"$ref": "#/definitions/error"}


def drop_within_reference(schema: Json) -> None:
    to_definitions(schema)
    schema["definitions"]["error"]["properties"].pop("message")


def refer_to_itself(schema: Json) -> None:
    again = {"$ref": "#/definitions/again"}
    schema.update(definitions={"again": again}, anyOf=[again])


def new_code_without_timestamp(schema: Json) -> None:
    new_error("TEAPOT")(schema)
    open_codes(schema)["enum"].append("TEAPOT")


def new_required_field(schema: Json) -> None:
    schema["properties"]["hint"] = {"type": "string"}
    schema["required"].append("hint")


def rename(schema: Json, old: str, new: str) -> None:
    schema["properties"][new] = schema["properties"].pop(old)
    schema["required"] = [new if name == old else name for name in schema["required"]]


# Schema, the field where it breaks, and the edit.
BREAKS: dict[str, tuple[str, str, Edit]] = {
    "field dropped": ("user_response", "timestamp", lambda s: s["properties"].pop("timestamp")),
    "optional field dropped": (
        "error_response",
        "timestamp",
        lambda s: s["properties"].pop("timestamp"),
    ),
    "field renamed": ("error_response", "error", lambda s: rename(s, "error", "problem")),
    "inner field dropped": (
        "user_response",
        "data/userId",
        lambda s: field(s, "data")["properties"].pop("userId"),
    ),
    "field made optional": ("user_response", "", lambda s: s["required"].remove("requestId")),
    "inner field made optional": (
        "user_response",
        "data",
        lambda s: field(s, "data").pop("required"),
    ),
    "field of another type": (
        "user_response",
        "requestId",
        lambda s: field(s, "requestId").update(type="integer"),
    ),
    "field also null": (
        "error_response",
        "error/message",
        lambda s: field(s, "error", "message").update(type=["string", "null"]),
    ),
    "field of any type": ("user_response", "data", lambda s: field(s, "data").pop("type")),
    "field wrapped in list": (
        "user_response",
        "data",
        lambda s: s["properties"].update(data={"type": "array", "items": s["properties"]["data"]}),
    ),
    "another constant": (
        "user_response",
        "success",
        lambda s: field(s, "success").update(enum=[True, False]),
    ),
    "number in place of boolean": (
        "user_response",
        "success",
        lambda s: s["properties"].update(success={"enum": [1]}),
    ),
    "longer text": (
        "user_response",
        "data/userId",
        lambda s: field(s, "data", "userId").update(maxLength=256),
    ),
    "text of any length": (
        "user_response",
        "data/userId",
        lambda s: field(s, "data", "userId").pop("maxLength"),
    ),
    "empty text": ("error_response", "requestId", lambda s: field(s, "requestId").pop("minLength")),
    "shorter text": (
        "error_response",
        "requestId",
        lambda s: field(s, "requestId").update(minLength=0),
    ),
    "value that does not fit pattern": (
        "user_response",
        "data/userId",
        lambda s: field(s, "data")["properties"].update(userId={"enum": ["ada", "not an id"]}),
    ),
    "value that is too long": (
        "user_response",
        "data/userId",
        lambda s: field(s, "data")["properties"].update(userId={"enum": ["ada", "a" * 129]}),
    ),
    "more characters": (
        "user_response",
        "data/userId",
        lambda s: field(s, "data", "userId").update(pattern=LONGER),
    ),
    "another format": (
        "user_response",
        "timestamp",
        lambda s: field(s, "timestamp").update(format="date"),
    ),
    "timestamp absent from more errors": (
        "error_response",
        "",
        lambda s: open_codes(s)["enum"].append("USER_NOT_FOUND"),
    ),
    "timestamp absent from any error": ("error_response", "", lambda s: s.pop("anyOf")),
    "code of another type": (
        "error_response",
        "error/code",
        lambda s: s["properties"]["error"]["properties"].update(code={"type": "integer"}),
    ),
    "field within reference dropped": ("error_response", "error/message", drop_within_reference),
    "unknown keyword": ("user_response", "", lambda s: s.update(patternProperties={})),
    "unknown keyword within": (
        "user_response",
        "",
        lambda s: field(s, "requestId").update({"not": {"enum": ["x"]}}),
    ),
    "unknown dialect": (
        "user_response",
        "",
        lambda s: s.update({"$schema": "http://json-schema.org/draft-07/schema#"}),
    ),
    "no schema": ("user_response", "", lambda s: s.update(required="data")),
    "reference to itself": ("error_response", "", refer_to_itself),
    "reference to another file": (
        "user_response",
        "",
        lambda s: s["properties"].update(data={"$ref": "record.json"}),
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_break_is_found(name: str) -> None:
    schema, place, edit = BREAKS[name]
    candidate = deepcopy(contract.load(schema))
    edit(candidate)
    assert place in {found.field for found in breaks(contract.load(schema), candidate)}


FINE: dict[str, tuple[str, Edit]] = {
    "nothing": ("user_response", lambda _: None),
    "new optional field": (
        "user_response",
        lambda s: s["properties"].update(hint={"type": "string"}),
    ),
    "new required field": ("user_response", new_required_field),
    "new field with keyword that is not understood": (
        "user_response",
        lambda s: s["properties"].update(count={"type": "integer", "minimum": 0}),
    ),
    "new inner field": (
        "error_response",
        lambda s: field(s, "error")["properties"].update(hint={"type": "string"}),
    ),
    "new field of record": (
        "user_response",
        lambda s: field(s, "data")["properties"].update(name={"type": "string"}),
    ),
    "fields that nobody names": ("user_response", lambda s: s.pop("additionalProperties")),
    "new code": ("error_response", new_error("TEAPOT")),
    "new code without timestamp": ("error_response", new_code_without_timestamp),
    "any code": ("error_response", lambda s: field(s, "error", "code").pop("enum")),
    "code no longer used": (
        "error_response",
        lambda s: field(s, "error", "code")["enum"].remove("DATABASE_ERROR"),
    ),
    "timestamp always there": ("error_response", lambda s: s["required"].append("timestamp")),
    "shorter text": ("user_response", lambda s: field(s, "data", "userId").update(maxLength=64)),
    "values that fit pattern": (
        "user_response",
        lambda s: field(s, "data").update(
            properties={"userId": {"type": "string", "enum": ["ada", "grace"]}}
        ),
    ),
    "description changed": ("user_response", lambda s: s.update(description="Another sentence.")),
    "title changed within": ("user_response", lambda s: field(s, "data").update(title="Record")),
    "order changed": ("error_response", lambda s: s["anyOf"].reverse()),
    "reference in place": ("error_response", to_definitions),
}


@pytest.mark.parametrize("name", FINE)
def test_compatible_change_is_no_break(name: str) -> None:
    schema, edit = FINE[name]
    candidate = deepcopy(contract.load(schema))
    edit(candidate)
    assert breaks(contract.load(schema), candidate) == []


A, B = {"a": {"type": "string"}}, {"b": {"type": "string"}}
CLOSED = {"properties": A, "additionalProperties": False}
WITH_CODES = {"properties": {"error": {"properties": {"code": {"enum": ["A", "INTERNAL_ERROR"]}}}}}

# What the real schemas do not say: a released schema, and a candidate that breaks it.
OTHER_BREAKS: dict[str, tuple[Json, Json]] = {
    "items of another type": (
        {"properties": {"list": {"items": {"type": "string"}}}},
        {"properties": {"list": {"items": {"type": "integer"}}}},
    ),
    "items of any type": (
        {"properties": {"list": {"items": {"type": "string"}}}},
        {"properties": {"list": {"type": "array"}}},
    ),
    "number in place of integer": ({"type": "integer"}, {"type": "number"}),
    "alternative with other fields": (
        {"anyOf": [CLOSED, {"required": ["b"]}]},
        {"properties": {**A, **B}},
    ),
    "closed alternative with other fields": (
        {"anyOf": [CLOSED, {"required": ["b"]}]},
        {"properties": {**A, **B}, "additionalProperties": False},
    ),
    "required field that clients do not see": (
        {"properties": {**A, **B}, "additionalProperties": False, "anyOf": [{"required": ["x"]}]},
        {"properties": {**A, **B, "x": {}}, "required": ["x"]},
    ),
    "code that is no text": (
        WITH_CODES,
        {"properties": {"error": {"properties": {"code": {"enum": ["A", 7]}}}}},
    ),
    "code of any type": (WITH_CODES, {"properties": {"error": {"properties": {"code": {}}}}}),
    "new code where clients know no general one": (
        {"properties": {"error": {"properties": {"code": {"enum": ["A"]}}}}},
        {"properties": {"error": {"properties": {"code": {"enum": ["A", "B"]}}}}},
    ),
    "field by position": ({"items": [{"type": "string"}]}, {"items": [{"type": "string"}]}),
    "fields of one schema": (
        {"additionalProperties": {"type": "string"}},
        {"additionalProperties": {"type": "string"}},
    ),
    "any code where clients know no general one": (
        {"properties": {"error": {"properties": {"code": {"enum": ["A"]}}}}},
        {"properties": {"error": {"properties": {"code": {"type": "string"}}}}},
    ),
    "boolean in place of integer": ({"type": "integer"}, {"enum": [True]}),
    "true in place of one": ({"enum": [1]}, {"enum": [True]}),
    "pattern that is none": (
        {"properties": {"a": {"pattern": "("}}},
        {"properties": {"a": {"enum": ["("]}}},
    ),
    "constant object": ({"enum": [{"a": 1}]}, {"enum": [{"a": 1}]}),
}


@pytest.mark.parametrize("name", OTHER_BREAKS)
def test_break_of_other_schema_is_found(name: str) -> None:
    assert breaks(*OTHER_BREAKS[name])


OTHER_FINE: dict[str, tuple[Json, Json]] = {
    "integer in place of number": ({"type": "number"}, {"type": "integer"}),
    "items narrowed": ({"items": {"type": ["string", "null"]}}, {"items": {"type": "string"}}),
    "each alternative fits one": (
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"anyOf": [{"required": ["b", "c"]}, {"required": ["a"]}]},
    ),
    "alternative that is closed": (
        {"anyOf": [CLOSED, {"required": ["b"]}]},
        {"properties": A, "additionalProperties": False},
    ),
    "field that never comes": (
        {"properties": {**A, "b": {"type": "string"}}},
        {"properties": {"a": {"type": "string"}, "b": {}}, "anyOf": [CLOSED]},
    ),
}


@pytest.mark.parametrize("name", OTHER_FINE)
def test_compatible_change_of_other_schema_is_no_break(name: str) -> None:
    assert breaks(*OTHER_FINE[name]) == []
