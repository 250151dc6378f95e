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
