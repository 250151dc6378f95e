"""The named proofs of a level: for each promise, what is broken to show that it is noticed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from .command import CannotRunError, read_toml

BROKEN = "broken"


@dataclass(frozen=True)
class Named:
    """One way to break a promise: in plain words, and by the keys that find the mutant."""

    promise: str
    broken: str
    keys: Mapping[str, str]


def read(file: Path, required: Collection[str], optional: Collection[str] = ()) -> list[Named]:
    """Read the proofs in their order: tables `[[promise-id]]` with `broken` and the keys.

    Raises CannotRunError for a file that cannot be read and for an entry with other keys.
    """
    return [
        _named(f"{file}: {promise}", promise, entry, {BROKEN, *required}, {*optional})
        for promise, entries in read_toml(file).items()
        for entry in (entries if isinstance(entries, list) else [entries])
    ]


def _named(
    where: str, promise: str, entry: object, required: set[str], optional: set[str]
) -> Named:
    if not isinstance(entry, dict) or not required <= entry.keys() <= required | optional:
        raise CannotRunError(f"{where}: an entry has {', '.join(sorted(required))}")
    if not all(isinstance(value, str) and value.strip() for value in entry.values()):
        raise CannotRunError(f"{where}: every value is a text")
    keys = {key: value for key, value in entry.items() if key != BROKEN}
    return Named(promise, entry[BROKEN], keys)
