"""What a client sees that ignores unknown fields and unknown error codes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from .inclusion import Break
from .schemas import Place, Schema, rebuilt

Path = tuple[str, ...]
CODE = ("error", "code")
# What a client takes a code for that it does not know.
UNKNOWN_CODE = "INTERNAL_ERROR"


def as_read(candidate: Schema, released: Schema) -> Schema:
    """Return the schema of what such a client sees of the candidate's answers."""
    return _seen(candidate, released, (), _known_codes(released))


def dropped_fields(released: Schema, candidate: Schema, path: Path = ()) -> Iterator[Break]:
    """Yield each field that the released schema names and the candidate does not."""
    offered = candidate.get("properties", {})
    for name, field in released.get("properties", {}).items():
        if name in offered:
            yield from dropped_fields(field, offered[name], (*path, name))
        else:
            yield Break("/".join((*path, name)), "a field", "gone")


def _seen(schema: Schema, released: Schema, path: Path, codes: list[str]) -> dict[str, Any]:
    if path == CODE and codes:
        return _seen_code(schema, codes)
    known = released.get("properties", {})

    def seen_part(place: Place, part: Schema) -> Schema:
        match place:
            case ("properties", name):
                return _seen(part, known.get(name, {}), (*path, name), codes)
            case ("items",):
                return _seen(part, released.get("items", {}), (*path, "*"), codes)
        return _seen(part, released, path, codes)

    found = rebuilt(schema, seen_part)
    return found if released.get("additionalProperties", True) else _without_unknown(found, known)


def _without_unknown(schema: dict[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The schema of an object from which a client takes the fields that it knows."""
    fields = schema.get("properties", {})
    if schema.get("additionalProperties", True):
        fields = {**{name: {} for name in known}, **fields}
    return {
        **schema,
        "properties": {name: field for name, field in fields.items() if name in known},
        "required": [name for name in schema.get("required", []) if name in known],
        "additionalProperties": False,
    }


def _seen_code(schema: Schema, codes: list[str]) -> dict[str, Any]:
    """The schema of a code when every other one is taken for UNKNOWN_CODE."""
    found = {"type": schema["type"]} if "type" in schema else {}
    values = schema.get("enum", codes if schema.get("type") == "string" else None)
    if values is None:
        return found
    return {**found, "enum": [_seen_value(value, codes) for value in values]}


def _seen_value(value: Any, codes: list[str]) -> Any:
    return UNKNOWN_CODE if isinstance(value, str) and value not in codes else value


def _known_codes(released: Schema) -> list[str]:
    field = released
    for name in CODE:
        field = field.get("properties", {}).get(name, {})
    codes = [value for value in field.get("enum", []) if isinstance(value, str)]
    return codes if UNKNOWN_CODE in codes else []
