"""Whether every document of one JSON Schema fits another."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from .schemas import Schema

# A document fits all schemas of a case.
Case = tuple[Schema, ...]
TYPES = {"number": {"integer", "fraction"}}
EVERY_TYPE = {"object", "array", "string", "integer", "fraction", "boolean", "null"}
# Whether a limit of the candidate keeps that of the released schema.
LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "format": operator.eq,
    "pattern": operator.eq,
    "minLength": operator.le,
    "maxLength": operator.ge,
}


@dataclass(frozen=True)
class Break:
    """What was promised of a field, by its path such as `error/code`, and what is offered."""

    field: str
    before: str
    after: str


def not_included(candidate: Schema, released: Schema) -> list[Break]:
    """Return what a document of the candidate's schema may break of the released one."""
    return list(_breaks((candidate,), released, ()))


def _breaks(schemas: Case, released: Schema, path: tuple[str, ...]) -> Iterator[Break]:
    for case in _cases(schemas):
        for before, after in _broken(case, released):
            yield Break("/".join(path), before, after)
        for name, field in released.get("properties", {}).items():
            if not any(_excludes(schema, name) for schema in case):
                yield from _breaks(_within(case, "properties", name), field, (*path, name))
        if "items" in released:
            yield from _breaks(_within(case, "items"), released["items"], (*path, "*"))
        branches = released.get("anyOf", [])
        if branches and all(any(_breaks(case, branch, path)) for branch in branches):
            yield Break("/".join(path), f"one of {json.dumps(branches)}", "maybe none of them")


def _cases(schemas: Case) -> Iterator[Case]:
    """The ways to fulfil some schemas, one for each choice from their `anyOf`."""
    for choice in product(*map(_choices, schemas)):
        yield tuple(schema for part in choice for schema in part)


def _choices(schema: Schema) -> list[Case]:
    if "anyOf" not in schema:
        return [(schema,)]
    own = {keyword: value for keyword, value in schema.items() if keyword != "anyOf"}
    return [(own, *case) for branch in schema["anyOf"] for case in _choices(branch)]


def _within(case: Case, keyword: str, *names: str) -> Case:
    """What the schemas of a case say of a field, or of the items."""
    found: Any = [schema[keyword] for schema in case if keyword in schema]
    for name in names:
        found = [part[name] for part in found if name in part]
    return tuple(found)


def _excludes(schema: Schema, name: str) -> bool:
    return schema.get("additionalProperties") is False and name not in schema.get("properties", {})


def _broken(case: Case, released: Schema) -> Iterator[tuple[str, str]]:
    """What a case does not promise of what the released schema says of the value itself."""
    types = _types(case)
    if not types <= _types((released,)):
        yield f"type {json.dumps(released.get('type'))}", f"type {', '.join(sorted(types))}"
    if "enum" in released and not any(_texts(e) <= _texts(released["enum"]) for e in _enums(case)):
        yield f"one of {json.dumps(released['enum'])}", _offered(case, "enum")
    for name in released.get("required", []):
        if not any(name in schema.get("required", []) for schema in case):
            yield f"{name} is always there", f"{name} may be absent"
    if not released.get("additionalProperties", True) and not any(
        _is_closed_by(schema, released) for schema in case
    ):
        yield "no other field", "other fields"
    for keyword, at_least in LIMITS.items():
        if keyword in released and not _is_limited(case, keyword, released[keyword], at_least):
            yield f"{keyword} {json.dumps(released[keyword])}", _offered(case, keyword)


def _is_closed_by(schema: Schema, released: Schema) -> bool:
    fields = schema.get("properties", {}).keys()
    return (
        schema.get("additionalProperties") is False
        and fields <= released.get("properties", {}).keys()
    )


def _is_limited(case: Case, keyword: str, limit: Any, at_least: Callable[[Any, Any], bool]) -> bool:
    """Whether the strings of a case keep a limit: by a limit of their own, or value by value."""
    if any(keyword in schema and at_least(limit, schema[keyword]) for schema in case):
        return True
    return any(all(_keeps(value, keyword, limit) for value in enum) for enum in _enums(case))


def _keeps(value: Any, keyword: str, limit: Any) -> bool:
    if not isinstance(value, str):
        return True
    match keyword:
        case "pattern":
            return re.search(limit, value) is not None
        case "minLength":
            return len(value) >= int(limit)
        case "maxLength":
            return len(value) <= int(limit)
    return False


def _types(case: Case) -> set[str]:
    found = set(EVERY_TYPE)
    for schema in case:
        if "type" in schema:
            names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            found &= {kind for name in names for kind in TYPES.get(name, {name})}
        if "enum" in schema:
            found &= {kind for value in schema["enum"] for kind in _types_of(value)}
    return found


def _types_of(value: Any) -> set[str]:
    match value:
        case bool():
            return {"boolean"}
        case int():
            return {"integer"}
        case float():
            return {"integer", "fraction"}
        case str():
            return {"string"}
    return {"null"}


def _enums(case: Case) -> list[list[Any]]:
    return [schema["enum"] for schema in case if "enum" in schema]


def _texts(values: list[Any]) -> set[str]:
    return {json.dumps(value) for value in values}


def _offered(case: Case, keyword: str) -> str:
    found = [schema[keyword] for schema in case if keyword in schema]
    return f"{keyword} {json.dumps(found[0])}" if found else f"no {keyword}"
