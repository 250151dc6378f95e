"""Value: a flag flipped, a number moved, another word of an enumeration, another text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ....template import Element, Template
from .. import embedded
from ..edits import Draft, setting
from ..shapes import Node, Shape
from .walking import brief, is_policy, label, nodes

MOST_WORDS = 8
_QUOTED = re.compile(r"^'(.*)'$")
_POLICIES = {
    "Retain": ("Delete", "RetainExceptOnCreate"),
    "RetainExceptOnCreate": ("Delete",),
    "Snapshot": ("Delete",),
    "Delete": ("Retain",),
}


def values(template: Template, element: Element) -> Iterator[Draft]:
    """Change every value that the element has."""
    del template
    skip: tuple[str | int, ...] | None = None
    for node in nodes(element):
        if skip is not None and node.path[: len(skip)] == skip:
            continue
        skip = node.path if is_policy(node.value) else None
        yield from _in_text(element, node)
        for operator, variant, value in replacements(node.value, node.shape):
            description = f"{label(node)} is {brief(value)} instead of {brief(node.value)}"
            yield setting(element, node.path, operator, description, value, variant)
    yield from _attributes(element)
    if element.section == "Conditions":
        negated = {"Fn::Not": [element.body]}
        yield setting(element, (), "NEGATE", "the opposite condition", negated)


def replacements(value: Any, shape: Shape) -> Iterator[tuple[str, str, Any]]:
    """Give (operator, variant, new value) of one leaf; nothing for objects and lists."""
    if isinstance(value, bool) or value in ("true", "false"):
        yield "FLIP", "", (not value) if isinstance(value, bool) else _opposite(value)
    elif isinstance(value, int | float):
        for number in _numbers(value, shape):
            yield "NUMBER", str(number), number
    elif isinstance(value, str) and "enum" in shape:
        for word in _words(value, shape["enum"]):
            yield "ENUM", word, word
    elif isinstance(value, str) and value.isdecimal():
        for number in (int(value) - 1, int(value) + 1):
            if number >= 0:
                yield "NUMBER", str(number), str(number)
    elif isinstance(value, str) and embedded.parse(value) is None:
        yield from _texts(value, shape)


def _attributes(element: Element) -> Iterator[Draft]:
    for name in ("DeletionPolicy", "UpdateReplacePolicy"):
        value = element.body.get(name) if element.section == "Resources" else None
        for word in _POLICIES.get(value, ()) if isinstance(value, str) else ():
            if name == "UpdateReplacePolicy" and word == "RetainExceptOnCreate":
                continue
            description = f"{name} is {word} instead of {value}"
            yield setting(element, (name,), "ENUM", description, word, word)


def _in_text(element: Element, node: Node) -> Iterator[Draft]:
    """Change the values of a JSON document in a text."""
    document = embedded.parse(node.value)
    if document is None:
        return
    for path, leaf in embedded.leaves(document):
        for operator, variant, value in replacements(leaf, {}):
            text = embedded.render(document, with_=(path, value))
            what = f"{path[-1]} in {label(node)} is {brief(value)} instead of {brief(leaf)}"
            inside = embedded.pointer(path)
            yield setting(element, node.path, operator, what, text, variant, inside)


def _opposite(word: str) -> str:
    return "false" if word == "true" else "true"


def _numbers(value: float, shape: Shape) -> list[float]:
    """Neighbours and bounds; in an enumeration the neighbours and both ends.

    Without a bound a number does not become negative: no service takes such a capacity.
    """
    if "enum" in shape:
        ranks = sorted(number for number in shape["enum"] if number != value)
        lower = [number for number in ranks if number < value]
        upper = [number for number in ranks if number > value]
        found = [*lower[-1:], *upper[:1], *lower[:1], *upper[-1:]]
    else:
        bounds = [shape[key] for key in ("minimum", "maximum") if key in shape]
        found = [value - 1, value + 1, *bounds]
    low = shape.get("minimum", 0 if value >= 0 else float("-inf"))
    high = shape.get("maximum", float("inf"))
    return list(dict.fromkeys(n for n in found if n != value and low <= n <= high))


def _words(value: str, enum: list[Any]) -> list[str]:
    others = [word for word in enum if isinstance(word, str) and word != value]
    return others if len(others) <= MOST_WORDS else [*others[:2], *others[-2:]]


def _texts(value: str, shape: Shape) -> Iterator[tuple[str, str, Any]]:
    quoted = _QUOTED.match(value)
    if quoted:
        flag = quoted[1] in ("true", "false")
        yield "STRING", "", f"'{_opposite(quoted[1]) if flag else quoted[1] + 'mutant'}'"
        return
    for candidate in (f"{value}-mutant", f"{value}x", "mutant"):
        if _fits(candidate, shape):
            yield "STRING", "", candidate
            return


def _fits(text: str, shape: Shape) -> bool:
    if len(text) > shape.get("maxLength", len(text)):
        return False
    try:
        return re.search(shape.get("pattern", ""), text) is not None
    except re.error:
        return True
