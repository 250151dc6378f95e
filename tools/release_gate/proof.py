"""The evidence of a release: what the test levels and the mutation runs wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.release_gate.problems import UndecidedError
from tools.release_gate.settings import Demands

TESTS, MUTATION = "evidence", "mutation"


@dataclass(frozen=True)
class Evidence:
    """What one level saw, whichever program wrote it; `content` is its whole file."""

    level: str
    commit: str
    dirty: bool
    time: datetime
    templates: Mapping[str, str]
    content: Mapping[str, Any]

    @property
    def hours(self) -> float:
        """Its age."""
        return (datetime.now(UTC) - self.time).total_seconds() / 3600


@dataclass(frozen=True)
class Proof:
    """What the candidate is, what its stage demands, and the evidence there is."""

    commit: str
    dirty: bool
    digests: Mapping[str, str]
    demands: Demands
    tests: Mapping[str, Evidence] = field(default_factory=dict)
    mutation: Mapping[str, Evidence] = field(default_factory=dict)

    def all(self) -> list[Evidence]:
        """Return every file that the stage demands and that is there."""
        levels = [self.tests[name] for name in self.demands.levels if name in self.tests]
        return levels + [self.mutation[n] for n in self.demands.mutation if n in self.mutation]

    def of_kind(self, kind: str) -> dict[str, Evidence]:
        """Return the evidence of every level that proves promises of one of their levels."""
        kinds = {**self.demands.also, **self.demands.levels}
        return {name: found for name, found in self.tests.items() if kinds[name] == kind}

    def fits(self, evidence: Evidence) -> bool:
        """Tell whether evidence is of the candidate's commit and templates, and fresh."""
        same = evidence.commit == self.commit and not evidence.dirty
        templates = evidence.templates.items() <= self.digests.items()
        return same and templates and 0 <= evidence.hours <= self.demands.hours


def read(folder: Path, wanted: Proof) -> Proof:
    """Read the files of a folder with `evidence/` and `mutation/` that a stage demands.

    Raises UndecidedError for a folder or a file that cannot be read.
    """
    if not folder.is_dir():
        raise UndecidedError(f"{folder}: there is no such folder of evidence")
    demands = wanted.demands
    also = dict(_existing(folder / TESTS, demands.also, ""))
    return replace(
        wanted,
        tests={
            **_existing(folder / TESTS, demands.levels, ""),
            **{name: found for name, found in also.items() if wanted.fits(found)},
        },
        mutation=_existing(folder / MUTATION, demands.mutation, "mutation of "),
    )


def _existing(folder: Path, names: Iterable[str], prefix: str) -> dict[str, Evidence]:
    files = {name: folder / f"{name}.json" for name in names}
    return {name: _read(file, prefix + name) for name, file in files.items() if file.exists()}


def _read(file: Path, level: str) -> Evidence:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return Evidence(
            level=level,
            commit=str(content["commit"]),
            dirty=content["dirty"] is not False,
            time=datetime.fromisoformat(content["time"]).astimezone(UTC),
            templates=dict(content.get("templates", {})),
            content=content,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UndecidedError(f"{file}: is not evidence ({error!r})") from None
