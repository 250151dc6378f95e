"""A template made readable: resources by type, intrinsic functions as plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Resource:
    """One resource; `properties` hold text in place of intrinsic functions (see `plain`)."""

    id: str
    type: str
    body: Mapping[str, Any]
    properties: Mapping[str, Any]

    @property
    def ref(self) -> str:
        """What `Ref` to it reads as."""
        return f"${{{self.id}}}"

    def attribute(self, name: str) -> str:
        """What `Fn::GetAtt` of it reads as."""
        return f"${{{self.id}.{name}}}"

    @property
    def arn(self) -> str:
        return self.attribute("Arn")

    @property
    def depends_on(self) -> set[str]:
        given = self.body.get("DependsOn", [])
        return {given} if isinstance(given, str) else set(given)

    def at(self, *path: str | int) -> Any:
        """The property at a path; None where there is none."""
        value: Any = self.properties
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def tagged(self) -> dict[str, Any]:
        """Its tags, whichever way the type writes them."""
        return named(self.at("Tags") or self.at("Replicas", 0, "Tags"), "Key", "Value")


@dataclass(frozen=True)
class Template:
    """A CloudFormation template."""

    body: Mapping[str, Any]

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Template:
        return cls(body)

    @cached_property
    def resources(self) -> list[Resource]:
        return [
            Resource(name, body.get("Type", ""), body, plain(body.get("Properties", {})))
            for name, body in self.body["Resources"].items()
        ]

    def of(self, type_: str) -> list[Resource]:
        """Every resource of a type, as in `AWS::Logs::LogGroup`."""
        return [resource for resource in self.resources if resource.type == type_]

    def only(self, type_: str) -> Resource:
        """The one resource of a type."""
        found = self.of(type_)
        assert len(found) == 1, f"{len(found)} resources of type {type_} where there is one"
        return found[0]

    def referred(self, text: Any, type_: str) -> Resource:
        """The resource of a type that a plain text refers to: by `Ref`, or by its `Arn`."""
        found = [one for one in self.of(type_) if text in (one.ref, one.arn)]
        assert len(found) == 1, f"{text!r} refers to no resource of type {type_}"
        return found[0]

    @property
    def outputs(self) -> dict[str, Any]:
        """Name -> all that the output says but its description."""
        given = plain(self.body.get("Outputs", {}))
        return {
            name: {key: value for key, value in output.items() if key != "Description"}
            for name, output in given.items()
        }


def plain(value: Any) -> Any:
    """The value with `Ref`, `Fn::GetAtt`, `Fn::Join` and `Fn::Sub` as text.

    A reference reads `${Name}` or `${Name.Attribute}`, as in `Fn::Sub`; any other function reads
    as its JSON. Literal text that looks like a reference is told apart as `$!{...}`.
    """
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]} if len(value) == 1:
            return f"${{{name}.{attribute}}}"
        case {"Fn::GetAtt": str(name)} if len(value) == 1:
            return f"${{{name}}}"
        case {"Fn::Join": [str(between), [*parts]]} if len(value) == 1:
            return between.join(str(plain(part)) for part in parts)
        case {"Fn::Sub": str(text)} if len(value) == 1:
            return _substituted(text, {})
        case {"Fn::Sub": [str(text), dict(names)]} if len(value) == 1:
            return _substituted(text, names)
        case dict():
            if len(value) == 1 and (name := next(iter(value))).startswith("Fn::"):
                return f"${{{name} {json.dumps(value[name], sort_keys=True)}}}"
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case str():
            return value.replace("${", "$!{")
    return value


def _substituted(text: str, names: Mapping[str, Any]) -> str:
    def one(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("!"):
            return f"$!{{{name[1:]}}}"
        return str(plain(names[name])) if name in names else found[0]

    return re.sub(r"\$\{([^}]+)\}", one, text)


def named(items: Any, key: str, value: str) -> dict[str, Any]:
    """A list of pairs as a mapping; of pairs and nothing else, each key once."""
    pairs = items if isinstance(items, list) else []
    assert all(set(pair) == {key, value} for pair in pairs), f"not pairs of {key} and {value}"
    found = {pair[key]: pair[value] for pair in pairs}
    assert len(found) == len(pairs), f"a {key} stands twice"
    return found


def listed(value: Any) -> list[Any]:
    """CloudFormation and IAM take one item where a list of one is meant."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, keys too."""
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield key
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)
