"""What a property may be: the CloudFormation resource schemas that cfn-lint ships,
filled in by the reviewed rows of overlay.toml where those are thin.

A shape is a JSON Schema fragment: `type`, `enum`, `minimum`, `required`, ...
An empty shape says that nothing is known (policy documents, model schemas).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...template.schemas import identifiers, schema
from .edits import Path as Steps
from .edits import pointer
from .tables import rows

Shape = dict[str, Any]


@dataclass(frozen=True)
class Node:
    """A value below a resource's Properties: where it is and what it may be."""

    path: Steps
    value: Any
    shape: Shape
    required: bool = False
    in_list: bool = False
    children: tuple[Node, ...] = field(default=(), compare=False)


def properties(kind: str, values: dict[str, Any]) -> Node:
    """Return the tree of a resource's Properties, each value beside its shape."""
    root = schema(kind)
    return _node(kind, root, root, values, ("Properties",))


def absent(kind: str) -> dict[str, Shape]:
    """Return every writable top-level property of a resource type with its shape."""
    root = schema(kind)
    read_only = {p.split("/")[-1] for p in root.get("readOnlyProperties", []) if p.count("/") == 2}
    return {
        name: {**_resolved(root, shape), **_overlay().get((kind, f"/{name}"), {})}
        for name, shape in root.get("properties", {}).items()
        if name not in read_only
    }


def name_property(kind: str) -> str | None:
    """Return the property for a physical name of a resource; None where no one can choose it."""
    root = schema(kind)
    fixed = [str(name).split("/")[-1] for name in root.get("createOnlyProperties", [])]
    for name in (*identifiers(kind), *fixed):
        if name in absent(kind) and name.endswith("Name") and name not in root.get("required", []):
            return name
    return None


def documented_default(kind: str, path: Steps) -> tuple[Any, str] | None:
    """Return (default, source) of a property below Properties, where it is documented."""
    where = _general(path)
    row = _overlay().get((kind, where), {})
    if "default" in row:
        return row["default"], row["source"]
    shape = schema(kind)
    for key in path:
        shape = _child(schema(kind), shape, key)
    if "default" in shape:
        return shape["default"], f"CloudFormation resource schema of {kind}, {where}"
    return None


def _node(kind: str, root: Shape, shape: Shape, value: Any, path: Steps, **about: bool) -> Node:
    shape = {**_resolved(root, shape), **_overlay().get((kind, _general(path[1:])), {})}
    return Node(
        path, value, shape, children=tuple(_children(kind, root, shape, value, path)), **about
    )


def _children(kind: str, root: Shape, shape: Shape, value: Any, path: Steps) -> Iterator[Node]:
    if isinstance(value, dict):
        needed = shape.get("required", [])
        for key, item in value.items():
            below = _child(root, shape, key)
            yield _node(kind, root, below, item, (*path, key), required=key in needed)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            below = _child(root, shape, index)
            yield _node(kind, root, below, item, (*path, index), in_list=True)


def _child(root: Shape, shape: Shape, key: str | int) -> Shape:
    shape = _resolved(root, shape)
    if isinstance(key, int):
        return _resolved(root, shape.get("items", {}))
    if key in shape.get("properties", {}):
        return _resolved(root, shape["properties"][key])
    for pattern, below in shape.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return _resolved(root, below)
    for way in (*shape.get("anyOf", ()), *shape.get("oneOf", ())):
        if key in _resolved(root, way).get("properties", {}):
            return _child(root, way, key)
    return {}


def _resolved(root: Shape, shape: Shape) -> Shape:
    while "$ref" in shape:
        found: Any = root
        for step in shape["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        shape = {**found, **{k: v for k, v in shape.items() if k != "$ref"}}
    return shape


def _general(path: Steps) -> str:
    return pointer(tuple("*" if isinstance(key, int) else key for key in path))


@functools.cache
def _overlay() -> dict[tuple[str, str], Shape]:
    return {(row["type"], row["pointer"]): row for row in rows("overlay.toml", "row")}
