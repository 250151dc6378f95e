"""The evidence of a run: one JSON file a level, from which the page of promises is made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tools.evidence import stamp

from .command import CannotRunError

FOLDER = Path("build/mutation")
Json = dict[str, Any]


@dataclass(frozen=True)
class Kill:
    """The proof of one promise: what was broken, and which of its tests noticed it.

    `more` are further facts of the level, which stand in the file beside the others.
    """

    promise: str
    mutant: str
    description: str
    tests: tuple[str, ...]
    more: Json = field(default_factory=dict)


def write(
    file: Path,
    level: str,
    *,
    kills: Iterable[Kill],
    survivors: Iterable[Mapping[str, Any]],
    counts: Mapping[str, Any],
    **more: Any,
) -> None:
    """Write the evidence. The same run gives the same bytes, but for the time."""
    content = {
        "level": level,
        **stamp(),
        "kills": [_row(kill) for kill in kills],
        "survivors": list(survivors),
        "counts": counts,
        **more,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def read(file: Path, command: str) -> list[Kill]:
    """Read the kills of a level. Raises CannotRunError; `command` is what writes the file."""
    if not file.exists():
        raise CannotRunError(f"{file} is missing: {command} writes it")
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["kills"]
        return [
            Kill(row["promise"], row["mutant"], row["description"], tuple(row["tests"]))
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRunError(f"{file} is not the evidence of a run ({error!r})") from None


def _row(kill: Kill) -> Json:
    row = asdict(kill)
    more = row.pop("more")
    return {**row, **more}
