"""Schemas edited at random, and documents that fit them, by a seed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

from jsonschema import Draft4Validator

import contract

from .client import CHECKER

Json = dict[str, Any]
STAMP = "2026-11-22T12:00:00.000Z"
TEXTS = ["", "a", "A-1", "not an id!", "x" * 129, "x" * 200, STAMP, "yesterday", "TEAPOT", "ada\n"]
VALUES: list[Any] = [None, True, False, 0, 1, 2.5, [], ["a"], {}, {"a": 1}]
PATTERNS = ["^[A-Za-z0-9_-]+$", "^[a-z]*$", "."]
LIMITS = ("format", "pattern", "minLength", "maxLength")
FRESH: list[Json] = [
    {},
    {"type": "string"},
    {"type": ["string", "null"]},
    {"type": "object", "properties": {"deep": {"type": "integer"}}, "required": ["deep"]},
    {"type": "array", "items": {"type": "string", "minLength": 1}},
    {"enum": ["a", 1, None]},
]


class Maker:
    """Makes what a seed says."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def pair(self) -> tuple[Json, Json]:
        """A released schema, seldom edited itself, and a candidate's."""
        released = deepcopy(contract.load(self.random.choice(contract.NAMES)))
        for _ in range(self.random.choice([0, 0, 1, 2])):
            self.edit(released)
        candidate = deepcopy(released)
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            self.edit(candidate)
        return released, candidate

    def edit(self, schema: Json) -> None:
        """Change one place of a schema; an edit that has nothing to work on does nothing."""
        place = self.random.choice(list(_places(schema)))
        edits = [
            *[self.edit_field] * 4,
            self.edit_required,
            *[self.edit_values] * 2,
            self.edit_type,
            *[self.edit_limit] * 2,
            self.edit_openness,
            self.edit_alternatives,
        ]
        self.random.choice(edits)(place)
        if self.random.random() < 0.1:
            self.move_to_definitions(schema)

    def edit_field(self, place: Json) -> None:
        fields = place.setdefault("properties", {})
        name = self.random.choice([*fields, "hint", "more"])
        match self.random.choice(["add", "drop", "replace"]):
            case "add":
                fields[self.random.choice(["hint", "more"])] = self.fresh()
            case "drop":
                fields.pop(name, None)
                if self.random.random() < 0.5 and name in place.get("required", []):
                    self._set_required(place, set(place["required"]) - {name})
            case "replace" if name in fields:
                fields[name] = self.fresh()

    def edit_required(self, place: Json) -> None:
        names = set(place.get("required", []))
        name = self.random.choice([*place.get("properties", {}), "hint", "timestamp"])
        self._set_required(place, names ^ {name})

    def _set_required(self, place: Json, names: set[str]) -> None:
        place.pop("required", None)
        if names:
            place["required"] = sorted(names)

    def edit_values(self, place: Json) -> None:
        values = place.get("enum")
        match self.random.choice(["add", "remove", "drop", "set"]):
            case "add" if values:
                new = self.random.choice(["TEAPOT", "USER_NOT_FOUND", "FORBIDDEN", True, 1, None])
                place["enum"] = values if new in values else [*values, new]
            case "remove" if values and len(values) > 1:
                place["enum"] = self.random.sample(values, len(values) - 1)
            case "drop":
                place.pop("enum", None)
            case "set" if "properties" not in place:
                place["enum"] = self.random.sample(["a", "A-1", STAMP, True, None], 2)

    def edit_type(self, place: Json) -> None:
        types = ["string", "null", "integer", "number", "object", "boolean", "array"]
        if self.random.random() < 0.3:
            place.pop("type", None)
        else:
            count = self.random.choice([1, 2])
            place["type"] = (
                self.random.sample(types, count) if count > 1 else self.random.choice(types)
            )

    def edit_limit(self, place: Json) -> None:
        keyword = self.random.choice(["minLength", "maxLength", "pattern", "format"])
        if keyword in place and self.random.random() < 0.4:
            place.pop(keyword)
        else:
            limits = {"pattern": PATTERNS, "format": ["date-time", "ipv4"]}
            place[keyword] = self.random.choice(limits.get(keyword, [0, 1, 3, 128, 150]))

    def edit_openness(self, place: Json) -> None:
        if place.pop("additionalProperties", True):
            place["additionalProperties"] = False

    def edit_alternatives(self, place: Json) -> None:
        branches = place.get("anyOf", [])
        match self.random.choice(["add", "remove", "drop"]):
            case "add":
                name = self.random.choice(["hint", "timestamp", "requestId"])
                field = {"properties": {name: self.fresh()}}
                more: list[Json] = [{"required": [name]}, field, self.fresh()]
                place["anyOf"] = [*branches, self.random.choice(more)]
            case "remove" if len(branches) > 1:
                branches.remove(self.random.choice(branches))
            case "drop":
                place.pop("anyOf", None)

    def fresh(self) -> Json:
        return deepcopy(self.random.choice(FRESH))

    def move_to_definitions(self, schema: Json) -> None:
        """Say the same of a field by a reference."""
        fields = schema.get("properties", {})
        if fields:
            name = self.random.choice(sorted(fields))
            if "$ref" not in fields[name]:
                schema.setdefault("definitions", {})[name] = fields[name]
                fields[name] = {"$ref": f"#/definitions/{name}"}

    def document(self, schema: Json, root: Json) -> Any:
        """A value that is likely to fit a schema, and sometimes does not."""
        if "$ref" in schema:
            schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
        if self.random.random() < 0.03:
            return self.random.choice([*VALUES, *TEXTS])
        values = list(_values(schema))
        if values and self.random.random() < 0.95:
            return self.random.choice(values)
        types = schema.get("type", "object" if "properties" in schema else "string")
        kind = self.random.choice(types) if isinstance(types, list) else types
        if kind == "object":
            return self.record(schema, root)
        if kind == "array":
            items = schema.get("items", {})
            return [self.document(items, root) for _ in range(self.random.choice([0, 1, 2]))]
        if kind == "string":
            return self.random.choice([text for text in TEXTS if _fits(schema, text)] or TEXTS)
        scalars: dict[str, list[Any]] = {
            "null": [None],
            "boolean": [True, False],
            "integer": [0, 7],
            "number": [0, 2.5],
        }
        return self.random.choice(scalars[kind])

    def record(self, schema: Json, root: Json) -> Json:
        fields = {**{"hint": {}, "more": {}}, **schema.get("properties", {})}
        required = set(schema.get("required", []))
        found = {}
        for name, field in fields.items():
            known = name in schema.get("properties", {})
            share = 0.97 if name in required else 0.6 if known else 0.15
            if self.random.random() < share:
                found[name] = self.document(field, root)
        return found


def _places(schema: Json) -> Iterator[Json]:
    """A schema and the schemas within."""
    yield schema
    for keyword in ("properties", "definitions"):
        for part in schema.get(keyword, {}).values():
            yield from _places(part)
    for part in schema.get("anyOf", []):
        yield from _places(part)
    if "items" in schema:
        yield from _places(schema["items"])


def _fits(schema: Json, text: str) -> bool:
    return _is_within(json.dumps({name: schema[name] for name in LIMITS if name in schema}), text)


@cache
def _is_within(limits: str, text: str) -> bool:
    return Draft4Validator(json.loads(limits), format_checker=CHECKER).is_valid(text)


def _values(schema: Json) -> Iterator[Any]:
    yield from schema.get("enum", [])
    for branch in schema.get("anyOf", []):
        yield from branch.get("enum", [])
