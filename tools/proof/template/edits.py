"""Edits of a template, the drafts that operators make of them, and the mutants."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ...template import Element, Template

Path = tuple[str | int, ...]
CONTROL = "control"


@dataclass(frozen=True)
class Edit:
    """Sets, removes or inserts (into a list) the value at a path from the template's root."""

    action: Literal["set", "remove", "insert"]
    path: Path
    value: Any = None


@dataclass(frozen=True)
class Mutant:
    """A wrong template: its unique name, what is changed where, and the edits.

    The group `control` is for templates that are not wrong: canaries, the baseline.
    """

    name: str
    group: str
    operator: str
    element: tuple[str, str]
    type: str
    pointer: str
    description: str
    edits: tuple[Edit, ...]
    must_kill: str | None = None

    @property
    def is_control(self) -> bool:
        return self.group == CONTROL


def control(name: str, edits: tuple[Edit, ...] = ()) -> Mutant:
    """Make a template on which every test must stay green."""
    return Mutant(name, CONTROL, "", ("", ""), "", "", name, edits)


def set_(path: Path, value: Any) -> Edit:
    """Replace or add the value at a path."""
    return Edit("set", path, value)


def remove(path: Path) -> Edit:
    """Leave out what is at a path."""
    return Edit("remove", path)


def insert(path: Path, value: Any) -> Edit:
    """Insert a value into a list, before a path."""
    return Edit("insert", path, value)


@dataclass(frozen=True)
class Draft:
    """What an operator makes: an edit of one element, not yet named.

    `path` is below the element; `operator` and `variant` are the end of the name.

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


def apply(body: dict[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """Return an edited template. What no edit touches is not copied: both templates share it.

    A `set` below an object that is not there makes it.
    """
    for edit in edits:
        body = _edited(body, edit.path, edit)
    return body


def _edited(value: Any, path: Path, edit: Edit) -> Any:
    own, (key, *below) = value.copy(), path
    if below:
        absent = edit.action == "set" and isinstance(own, dict) and key not in own
        own[key] = _edited({} if absent else own[key], tuple(below), edit)
    elif edit.action == "remove":
        del own[key]
    elif edit.action == "insert":
        own.insert(key, copied(edit.value))
    else:
        own[key] = copied(edit.value)
    return own


def copied(value: Any) -> Any:
    """Return an independent copy of JSON data."""
    return json.loads(json.dumps(value))


def mutated(template: Template, mutant: Mutant) -> dict[str, Any]:
    """Return the template with this mutant's edits: data to be read, not edited."""
    return apply(template.body, mutant.edits)


def at(body: Any, path: Path) -> Any:
    """Return the value at a path. Raises KeyError or IndexError where there is none."""
    for key in path:
        body = body[key]
    return body


def fingerprint(template: Template, edits: Iterable[Edit]) -> str:
    """Hash what edits make of the elements that they change: equal for equal templates."""
    edits = tuple(edits)
    after = apply(template.body, edits)
    touched = sorted({edit.path[:2] for edit in edits}, key=str)
    changed = {
        pointer(path): _found(after, path)
        for path in touched
        if _found(after, path) != _found(template.body, path)
    }
    return hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()


def _found(body: dict[str, Any], path: Path) -> Any:
    try:
        return at(body, path)
    except KeyError:
        return None


def pointer(path: Path) -> str:
    """Return the JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)
