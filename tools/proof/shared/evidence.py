"""The evidence of a run: one JSON file for each level, the source of the page of promises."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True)
class Summary:
    """What a run came to: how much was broken on purpose, and how much of it was noticed.

    A false alarm is a test that fails although nothing is broken. What is neither noticed nor
    missed is an equivalent edit, or nothing that AWS would accept.
    """

    broken: int
    noticed: int
    missed: int
    false_alarms: int = 0


@dataclass(frozen=True)
class Evidence:
    """The part of a file that the page of promises shows."""

    kills: tuple[Kill, ...]
    summary: Summary


def write(
    file: Path,
    level: str,
    *,
    stamp: Mapping[str, Any],
    summary: Summary,
    kills: Iterable[Kill],
    survivors: Iterable[Mapping[str, Any]],
    counts: Mapping[str, Any],
    **more: Any,
) -> None:
    """Write the evidence; `stamp` says of which state of the sources.

    The same run with the same stamp gives the same bytes.
    """
    content = {
        "level": level,
        **stamp,
        "summary": asdict(summary),
        "kills": [_row(kill) for kill in kills],
        "survivors": list(survivors),
        "counts": counts,
        **more,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def read(file: Path, command: str) -> Evidence:
    """Read what a level proved. Raises CannotRunError; `command` is what writes the file."""
    if not file.exists():
        raise CannotRunError(f"{file} is missing: {command} writes it")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        kills = tuple(
            Kill(row["promise"], row["mutant"], row["description"], tuple(row["tests"]))
            for row in content["kills"]
        )
        return Evidence(kills, Summary(**content["summary"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRunError(f"{file} is not the evidence of a run ({error!r})") from None


def _row(kill: Kill) -> Json:
    row = asdict(kill)
    more = row.pop("more")
    return {**row, **more}
