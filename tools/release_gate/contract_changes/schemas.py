"""JSON Schemas of draft-04, as far as they can be compared."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft4Validator, SchemaError

Schema = Mapping[str, Any]
Place = tuple[str, ...]
DRAFT = "http://json-schema.org/draft-04/schema#"
SAYS_NOTHING = {"$schema", "title", "description", "default", "definitions"}
UNDERSTOOD = {
    *("type", "enum", "anyOf", "properties", "required", "additionalProperties", "items"),
    *("format", "pattern", "minLength", "maxLength"),
}
DEPTH = 16


class UnreadableError(ValueError):
    """A schema says something that cannot be compared; the message is a noun phrase."""


def read(schema: Schema) -> Schema:
    """Return a schema with what its references mean in place. Raises UnreadableError."""
    if fault := _fault(json.dumps(schema)):
        raise UnreadableError(f"no schema of draft-04 ({fault})")
    if schema.get("$schema", DRAFT) != DRAFT:
        raise UnreadableError(f"a schema of {schema['$schema']}")
    return _inlined(schema, schema, DEPTH)


def check(schema: Schema) -> None:
    """Raise UnreadableError if a schema, or one within, says what is not understood."""
    for keyword in sorted(set(schema) - UNDERSTOOD):
        raise UnreadableError(f"the keyword {keyword}")
    if not isinstance(schema.get("additionalProperties", True), bool):
        raise UnreadableError("additionalProperties with a schema")
    if any(isinstance(value, dict | list) for value in schema.get("enum", [])):
        raise UnreadableError("an enum of objects or arrays")
    if not isinstance(schema.get("items", {}), Mapping):
        raise UnreadableError("items by position")
    rebuilt(schema, lambda _, part: check(part))


def rebuilt(schema: Schema, change: Callable[[Place, Schema], Any]) -> dict[str, Any]:
    """Return a schema with each schema right within it changed.

    `change` gets the place, such as `("properties", "userId")` or `("anyOf",)`, and the schema.
    """
    found = dict(schema)
    for name, part in schema.get("properties", {}).items():
        found["properties"] = {**found["properties"], name: change(("properties", name), part)}
    if "anyOf" in schema:
        found["anyOf"] = [change(("anyOf",), part) for part in schema["anyOf"]]
    if isinstance(schema.get("items"), Mapping):
        found["items"] = change(("items",), schema["items"])
    return found


@functools.cache
def _fault(text: str) -> str:
    """Return why a schema, as JSON text, is not of draft-04; kept, because the check is slow."""
    try:
        Draft4Validator.check_schema(
            json.loads(text), format_checker=Draft4Validator.FORMAT_CHECKER
        )
    except SchemaError as error:
        return str(error.message)
    return ""


def _inlined(schema: Schema, root: Schema, depth: int) -> Schema:
    if depth == 0:
        raise UnreadableError("a schema that refers to itself")
    if "$ref" in schema:
        return _inlined(_target(schema["$ref"], root), root, depth - 1)
    telling = {keyword: value for keyword, value in schema.items() if keyword not in SAYS_NOTHING}
    return rebuilt(telling, lambda _, part: _inlined(part, root, depth - 1))


def _target(reference: object, root: Schema) -> Schema:
    start, *steps = str(reference).split("/")
    found: Any = root if start == "#" else None
    for step in steps:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        raise UnreadableError(f"the reference {reference}")
    return found
