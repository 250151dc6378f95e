"""What an operator hands over: an edit of one element, not yet named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...template import Element, Template
from .edits import Edit, Path


@dataclass(frozen=True)
class Draft:
    """`path` is below the element; `operator` and `variant` make the name's end."""

    path: Path
    operator: str
    edits: tuple[Edit, ...]
    description: str
    variant: str = ""
    inside: str = ""


Operator = Callable[[Template, Element], Iterator[Draft]]
