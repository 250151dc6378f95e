"""Two templates side by side: which resources are the same, came, went or moved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tools.template import Element, Template, plain

# A new version and a new deployment of the API come with every change of the code or a method.
CHURN = ("AWS::Lambda::Version", "AWS::ApiGateway::Deployment")
_NAMED = re.compile(r"\$\{([A-Za-z0-9]+)([.}])")


@dataclass(frozen=True)
class Resource:
    """A resource with its intrinsic functions as text: `${Users.Arn}` for `Fn::GetAtt`."""

    id: str
    path: str
    type: str
    body: Mapping[str, Any]
    properties: Mapping[str, Any]

    def at(self, pointer: str) -> Any:
        """Return the value at a pointer such as `SnapStart/ApplyOn`; None where there is none."""
        return next(iter(values(self.properties, pointer).values()), None)


@dataclass(frozen=True)
class Pair:
    """The same resource before and after; `before` names others by their ids of today."""

    before: Resource
    after: Resource

    @property
    def path(self) -> str:
        return self.after.path


@dataclass(frozen=True)
class Comparison:
    """What became of every resource of the template `old` in the template `new`."""

    old: Template
    new: Template

    @cached_property
    def before(self) -> dict[str, Resource]:
        return {element.logical_id: _resource(element) for element in self.old.resources()}

    @cached_property
    def after(self) -> dict[str, Resource]:
        return {element.logical_id: _resource(element) for element in self.new.resources()}

    @cached_property
    def moves(self) -> dict[str, str]:
        """Old to new logical id of each resource that has a new id and is otherwise the same."""
        moved = dict(self._churn())
        while found := self._next_move(moved):
            moved.update([found])
        return moved

    def pairs(self, *types: str) -> Iterator[Pair]:
        """Yield every resource of these types (of all, without any) that is in both templates."""
        for name, before in self.before.items():
            after = self.after.get(self.moves.get(name, name))
            if after and after.type == before.type and (not types or after.type in types):
                yield Pair(_with_ids(before, self.moves), after)

    def removed(self, *types: str) -> Iterator[Resource]:
        """Yield every resource of these types that is gone: neither there nor moved."""
        for name, before in self.before.items():
            after = self.after.get(self.moves.get(name, name))
            if not (after and after.type == before.type) and (not types or before.type in types):
                yield before

    def added(self, *types: str) -> Iterator[Resource]:
        """Yield every resource of these types that is new: neither there before nor moved."""
        known = {pair.after.id for pair in self.pairs()}
        for name, after in self.after.items():
            if name not in known and (not types or after.type in types):
                yield after

    def _churn(self) -> Iterator[tuple[str, str]]:
        for type_ in CHURN:
            gone = [
                r.id for r in self.before.values() if r.type == type_ and r.id not in self.after
            ]
            come = [
                r.id for r in self.after.values() if r.type == type_ and r.id not in self.before
            ]
            if len(gone) == len(come) == 1:
                yield gone[0], come[0]

    def _next_move(self, moved: Mapping[str, str]) -> tuple[str, str] | None:
        come = {
            _identity(resource): name
            for name, resource in self.after.items()
            if name not in self.before and name not in moved.values()
        }
        for name, resource in self.before.items():
            if name not in self.after and name not in moved:
                found = come.get(_identity(_with_ids(resource, moved)))
                if found:
                    return name, found
        return None


def values(properties: Any, pointer: str) -> dict[str, Any]:
    """Return every value at a pointer, with `*` for each item of a list, by its own pointer.

    An item is named by its Region, Key, Name or Id where it has one, so that order does not count.
    A value that is absent is None.
    """
    found: dict[str, Any] = {"": properties}
    for step in pointer.split("/"):
        found = {
            f"{path}/{name}".lstrip("/"): item
            for path, value in found.items()
            for name, item in _below(value, step)
        }
    return found


def flag(value: Any) -> Any:
    """Return a value as CloudFormation reads it: "true" is true, and "7" is 7."""
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def number(value: Any, *, absent: float) -> float | None:
    """Return a number; `absent` where there is no value, and None where it cannot be known."""
    found = absent if value is None else flag(value)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if is_number else None


def canonical(value: Any) -> str:
    """Return a value as text in which neither order nor the way of writing a number matters."""
    return json.dumps(_sorted(value), sort_keys=True)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(
            (_sorted(item) for item in value), key=lambda i: json.dumps(i, sort_keys=True)
        )
    return flag(value)


def _below(value: Any, step: str) -> Iterator[tuple[str, Any]]:
    if step != "*":
        yield step, value.get(step) if isinstance(value, dict) else None
    elif isinstance(value, list):
        for index, item in enumerate(value):
            names = item if isinstance(item, dict) else {}
            name = next((names[k] for k in ("Region", "Key", "Name", "Id") if k in names), index)
            yield str(name), item


def _resource(element: Element) -> Resource:
    properties = plain(element.properties)
    return Resource(element.logical_id, element.name, element.type, element.body, properties)


def _identity(resource: Resource) -> str:
    own = {key: value for key, value in resource.properties.items() if key != "Tags"}
    own = renamed(own, {resource.id: "itself"})
    policies = [resource.body.get(key) for key in ("DeletionPolicy", "UpdateReplacePolicy")]
    return canonical([resource.type, own, policies])


def _with_ids(resource: Resource, moved: Mapping[str, str]) -> Resource:
    """The resource with the names of moved ones replaced."""
    if not moved:
        return resource
    properties = renamed(resource.properties, moved)
    return Resource(resource.id, resource.path, resource.type, resource.body, properties)


def renamed(value: Any, moved: Mapping[str, str]) -> Any:
    """Return plain text (see `plain`) whose references name other resources: id -> new id."""
    if isinstance(value, dict):
        return {key: renamed(item, moved) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, moved) for item in value]
    if isinstance(value, str):
        return _NAMED.sub(lambda m: f"${{{moved.get(m[1], m[1])}{m[2]}", value)
    return value
