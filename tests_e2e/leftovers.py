"""What the checks place on AWS, written down before it is placed, removed in any case.

Every worker removes its own things after each test. What is still in the journal at the
end of the run, because a worker was interrupted or killed, the controller removes.
"""

from __future__ import annotations

import json
from pathlib import Path


class Journal:
    """A file of `placed` and `removed` lines, shared by all workers of a run."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def placed(self, kind: str, *names: str) -> None:
        """To be called before the thing exists."""
        self._write("placed", kind, *names)

    def removed(self, kind: str, *names: str) -> None:
        self._write("removed", kind, *names)

    def remaining(self) -> list[tuple[str, ...]]:
        """`(kind, *names)` of everything not yet removed, the newest first."""
        left: dict[tuple[str, ...], None] = {}
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        for verb, *thing in map(json.loads, text.splitlines()):
            if verb == "placed":
                left[tuple(thing)] = None
            else:
                left.pop(tuple(thing), None)
        return list(reversed(left))

    def _write(self, *words: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(words) + "\n")
