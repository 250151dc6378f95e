"""The result of an operator: an edit of one element, not yet named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ...template import Element, Template
from .edits import Edit, Path, remove, set_


@dataclass(frozen=True)
class Draft:
    """`path` is below the element; `operator` and `variant` are the end of the name.

    `inside` is the pointer inside a JSON text.
    """

    path: Path
    operator: str
    edits: tuple[Edit, ...]
    description: str
    variant: str = ""
    inside: str = ""


Operator = Callable[[Template, Element], Iterator[Draft]]


def setting(
    element: Element,
    path: Path,
    operator: str,
    description: str,
    value: Any,
    variant: str = "",
    inside: str = "",
) -> Draft:
    """Set one value below an element."""
    edits = (set_((*element.path, *path), value),)
    return Draft(path, operator, edits, description, variant, inside)


def removing(element: Element, path: Path, operator: str, description: str) -> Draft:
    """Remove one value below an element."""
    return Draft(path, operator, (remove((*element.path, *path)),), description)
