"""JSON documents inside texts: access-log formats, response templates, dashboards.

A text may be a string or an Fn::Join with an empty separator; its intrinsic
parts are carried through as marks.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from . import edits

MAX_DEPTH = 3
_MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000(\\d+)\ue001")
_BARE = re.compile(r'(?<=[:\[,])(\s*)(\$[A-Za-z][\w.]*(?:\([^")]*\))?)(?=\s*[,}\]])')


class Document:
    """A parsed text: its data, and the intrinsic parts that stand for marks."""

    def __init__(self, data: Any, parts: list[Any], *, joined: bool) -> None:
        self.data = data
        self.parts = parts
        self.joined = joined


def parse(value: Any) -> Document | None:
    """The JSON object or list in a text, or None when there is none."""
    parts: list[Any] = []
    joined = isinstance(value, dict) and isinstance(value.get("Fn::Join"), list)
    if joined and value["Fn::Join"][0] == "" and isinstance(value["Fn::Join"][1], list):
        text = "".join(_marked(part, parts) for part in value["Fn::Join"][1])
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        text = _BARE.sub(lambda found: found[1] + json.dumps(_bare(found[2], parts)), value)
    else:
        return None
    try:
        data = json.loads(text)
    except json.JSONDecodeError:
        return None
    return Document(data, parts, joined=joined) if isinstance(data, dict | list) else None


def paths(document: Document) -> Iterator[tuple[str | int, ...]]:
    """Every key and list index down to MAX_DEPTH levels."""
    yield from _paths(document.data, ())


def leaves(document: Document) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for path in paths(document):
        value = edits.at(document.data, path)
        if not isinstance(value, dict | list):
            yield path, value


def render(
    document: Document,
    *,
    without: tuple[str | int, ...] | None = None,
    with_: tuple[tuple[str | int, ...], Any] | None = None,
) -> Any:
    """The document as a text again, without one path or with one value set."""
    data = copy.deepcopy(document.data)
    if without is not None:
        del edits.at(data, without[:-1])[without[-1]]
    if with_ is not None:
        path, value = with_
        edits.at(data, path[:-1])[path[-1]] = value
    return _unmarked(json.dumps(data, ensure_ascii=False), document)


def pointer(path: tuple[str | int, ...]) -> str:
    """The pointer inside the text, after a `!`."""
    return "!" + edits.pointer(path)


def _paths(data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if len(path) == MAX_DEPTH:
        return
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in entries:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _paths(value, (*path, key))


def _marked(part: Any, parts: list[Any]) -> str:
    if isinstance(part, str):
        return part
    parts.append(part)
    return _MARK.format(len(parts) - 1)


def _bare(name: str, parts: list[Any]) -> str:
    """A template variable without quotes, as `$context.status`."""
    parts.append(name)
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
