"""A template as indented JSON, with the place of every value in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..edits import Path, pointer


@dataclass(frozen=True)
class Span:
    """From (line, column) to (line, column), counted from 1, the end exclusive."""

    start: tuple[int, int]
    end: tuple[int, int]


class Source:
    """The text of a template, and the span of the value at each pointer."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._lines = [""]
        self._spans: dict[str, Span] = {}
        self._value(body, (), 0)
        self.text = "\n".join(self._lines)

    def span(self, where: str) -> Span:
        """The span of a pointer, or of its nearest ancestor that the template has."""
        while where not in self._spans:
            where = where.rpartition("/")[0]
        return self._spans[where]

    def _value(self, value: Any, path: Path, depth: int) -> None:
        start = self._here()
        if isinstance(value, dict | list) and value:
            self._entries(value, path, depth)
        else:
            self._lines[-1] += json.dumps(value, ensure_ascii=False)
        self._spans[pointer(path)] = Span(start, self._here())

    def _entries(self, value: dict[str, Any] | list[Any], path: Path, depth: int) -> None:
        named = isinstance(value, dict)
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        entries: list[tuple[Any, Any]] = list(pairs)
        self._lines[-1] += "{" if named else "["
        for place, (key, item) in enumerate(entries):
            label = json.dumps(key, ensure_ascii=False) + ": " if named else ""
            self._lines.append("  " * (depth + 1) + label)
            self._value(item, (*path, key), depth + 1)
            self._lines[-1] += "," if place < len(entries) - 1 else ""
        self._lines.append("  " * depth + ("}" if named else "]"))

    def _here(self) -> tuple[int, int]:
        return len(self._lines), len(self._lines[-1]) + 1
