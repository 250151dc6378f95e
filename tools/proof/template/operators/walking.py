"""The values of an element that operators edit, each with its shape and path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....template import Element
from ..graph import is_intrinsic
from ..shapes import Node, properties


def nodes(element: Element) -> Iterator[Node]:
    """Yield every value of a resource, an output or a parameter, parents first.

    An intrinsic function is a single value.
    """
    if element.section == "Resources":
        values = element.properties
        root = properties(element.type, values)
        for child in root.children:
            yield from _walk(child)
    elif element.section == "Outputs":
        for key in element.body:
            yield Node((key,), element.body[key], {}, required=key == "Value")
    elif element.section == "Parameters" and "Default" in element.body:
        yield Node(("Default",), element.body["Default"], {})


def is_policy(value: Any) -> bool:
    """Tell whether a value is an IAM policy document, which the IAM operators change."""
    return isinstance(value, dict) and isinstance(value.get("Statement"), list | dict)


def label(node: Node) -> str:
    """Name a value as a reader would: by its nearest named step."""
    names = [key for key in node.path if isinstance(key, str)]
    last = node.path[-1]
    return f"{names[-1]}[{last}]" if isinstance(last, int) else str(last)


def brief(value: Any) -> str:
    """Return a value as text of 40 characters at most."""
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _walk(node: Node) -> Iterator[Node]:
    yield node
    if not is_intrinsic(node.value):
        for child in node.children:
            yield from _walk(child)
