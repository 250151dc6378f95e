"""The resources of a template with plain properties, and the documents within."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tools.template import Template

from .conditions import Clause
from .values import Reader

Place = tuple[str, ...]
MAY_SAY_STATEMENT = re.compile(r"(\"|%22)statement|\\u00", re.IGNORECASE)


@dataclass(frozen=True)
class Resource:
    """One resource: `token` is what a `Ref` to it reads as, `construct` what a reviewer reads."""

    construct: str
    token: str
    type: str
    properties: Mapping[str, Any]
    exists_if: frozenset[Clause] = frozenset()  # its CloudFormation condition
    retained: bool = False

    def items(self, name: str) -> list[str]:
        """Return the items of a property as texts; one item counts as a list of one."""
        value = self.properties.get(name, [])
        items = value if isinstance(value, list) else [value]
        return [item if isinstance(item, str) else json.dumps(item) for item in items]

    @cached_property
    def documents(self) -> list[tuple[Place, Any]]:
        """Each policy document with its place in the properties."""
        return list(_documents(self.properties))


def resources_of(template: Template, *, ids: Mapping[str, str]) -> list[Resource]:
    """Return the resources of a template; `ids` maps logical ids to those that tokens hold."""
    reader = Reader.of(template.body, ids)
    return [
        Resource(
            construct=element.name,
            token=reader.token(element.logical_id),
            type=element.type,
            properties=_mapping(reader.plain(element.properties)),
            exists_if=_condition(reader, element.body),
            retained=element.body.get("DeletionPolicy", "Delete") != "Delete",
        )
        for element in template.resources()
    ]


def _mapping(value: Any) -> Mapping[str, Any]:
    """The properties; by a name of no property if a function makes all of them."""
    return value if isinstance(value, Mapping) else {"(properties)": value}


def _condition(reader: Reader, resource: Mapping[str, Any]) -> frozenset[Clause]:
    if "Condition" not in resource:
        return frozenset()
    text = reader.plain({"Fn::If": resource["Condition"]})
    return frozenset({Clause("Condition", "(template)", frozenset({text}))})


def _documents(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, str):
        value = _parsed(value)
    if _is_policy(value):
        yield place, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _documents(item, (*place, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _documents(item, (*place, str(number)))


def _parsed(text: str) -> Any:
    """A policy that is written as JSON text or within a function; Unknown if it cannot be read."""
    if text.lstrip()[:1] not in ("{", "[", "$") or not MAY_SAY_STATEMENT.search(text):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return {"Statement": text}


def _is_policy(value: Any) -> bool:
    return isinstance(value, Mapping) and any(name.lower() == "statement" for name in value)
