"""The statuses of a mutant or fault, and the rules that every proof keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .command import CannotRunError, read_toml

KILLED = "killed"
CRASHED = "killed by a crash"
TIMEOUT = "killed by a timeout"
SURVIVED = "survived"
VOID = "killed, not counted"
UNTESTED = "untested"
INVALID = "invalid"
EQUIVALENT = "equivalent"
OUT_OF_SCOPE = "out of scope"
ERROR = "error"
NOTICED = (KILLED, CRASHED, TIMEOUT)


@dataclass(frozen=True)
class Entry:
    """One reviewed equivalent: the mutant's name, why it changes nothing, and the source."""

    name: str
    reason: str
    source: str


def reviewed(file: Path) -> list[Entry]:
    """Read the reviewed equivalents; there are none where there is no file.

    Raises CannotRunError for an entry without name, reason or source.
    """
    if not file.exists():
        return []
    try:
        found = [Entry(**entry) for entry in read_toml(file).get("mutant", [])]
    except (TypeError, AttributeError) as error:
        raise CannotRunError(f"{file}: {error}") from None
    for entry in found:
        if not (entry.name and entry.reason.strip() and entry.source.strip()):
            raise CannotRunError(f"{file}: {entry.name or 'an entry'} lacks a reason or a source")
    return found


def reviews_broken(entries: Iterable[Entry], statuses: Mapping[str, set[str]]) -> list[str]:
    """Name each entry whose mutant no longer exists, or is killed.

    `statuses` maps the name of each mutant to its statuses: one for each place it was tried.
    """
    lines = []
    for entry in entries:
        if entry.name not in statuses:
            lines.append(f"stale reviewed entry, there is no such mutant: {entry.name}")
        elif statuses[entry.name] & {*NOTICED}:
            lines.append(f"a reviewed equivalent is killed: {entry.name}")
    return lines


def unproven(promised: Iterable[str], proven: Iterable[str]) -> list[str]:
    """Name each promise that nothing proves."""
    return [
        f"the promise {name} is unproven: nothing that breaks it turns one of its own tests red"
        for name in sorted({*promised} - {*proven})
    ]
