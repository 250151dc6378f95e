"""JSON documents inside texts: access-log formats, response templates, dashboards.

A text may be a string or an Fn::Join with an empty separator; marks keep the
places of its intrinsic parts.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import edits

MAX_DEPTH = 3
_MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000(\\d+)\ue001")
_BARE = re.compile(r'(?<=[:\[,])(\s*)(\$[A-Za-z][\w.]*(?:\([^")]*\))?)(?=\s*[,}\]])')


@dataclass(frozen=True)
class Document:
    """A parsed text: its data, and the parts that its marks mean."""

    data: Any
    parts: list[Any]
    joined: bool


def parse(value: Any) -> Document | None:
    """Parse the JSON object or list in a text; None when there is none."""
    parts: list[Any] = []
    joined = isinstance(value, dict) and isinstance(value.get("Fn::Join"), list)
    if joined and value["Fn::Join"][0] == "" and isinstance(value["Fn::Join"][1], list):
        pieces = value["Fn::Join"][1]
        text = "".join(p if isinstance(p, str) else _mark(p, parts) for p in pieces)
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        text = _BARE.sub(lambda found: found[1] + json.dumps(_mark(found[2], parts)), value)
    else:
        return None
    try:
        data = json.loads(text)
    except json.JSONDecodeError:
        return None
    return Document(data, parts, joined) if isinstance(data, dict | list) else None


def paths(document: Document) -> Iterator[edits.Path]:
    """Yield every key and list index down to MAX_DEPTH levels."""
    yield from _paths(document.data, ())


def leaves(document: Document) -> Iterator[tuple[edits.Path, Any]]:
    """Yield the path and value of everything that is neither an object nor a list."""
    for path in paths(document):
        value = edits.at(document.data, path)
        if not isinstance(value, dict | list):
            yield path, value


def render(
    document: Document,
    *,
    without: edits.Path | None = None,
    with_: tuple[edits.Path, Any] | None = None,
) -> Any:
    """Write the document as a text, without one path or with one value set."""
    data = copy.deepcopy(document.data)
    if without is not None:
        del edits.at(data, without[:-1])[without[-1]]
    if with_ is not None:
        path, value = with_
        edits.at(data, path[:-1])[path[-1]] = value
    return _unmarked(json.dumps(data, ensure_ascii=False), document)


def pointer(path: edits.Path) -> str:
    """Give the pointer inside the text, after a `!`."""
    return "!" + edits.pointer(path)


def _paths(data: Any, path: edits.Path) -> Iterator[edits.Path]:
    if len(path) == MAX_DEPTH:
        return
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in entries:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _paths(value, (*path, key))


def _mark(part: Any, parts: list[Any]) -> str:
    """Keep an intrinsic function, or a variable without quotes as `$context.status`."""
    parts.append(part)
    return _MARK.format(len(parts) - 1)


def _unmarked(text: str, document: Document) -> Any:
    if not document.joined:
        return re.sub(
            '"\ue000(\\d+)\ue001"', lambda found: str(document.parts[int(found[1])]), text
        )
    pieces: list[Any] = []
    for index, piece in enumerate(_MARKED.split(text)):
        pieces.append(document.parts[int(piece)] if index % 2 else piece)
    return {"Fn::Join": ["", [piece for piece in pieces if piece != ""]]}
