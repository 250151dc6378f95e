"""Which mutants the linter checks: those whose validity decides something.

An invalid survivor is no survivor, an invalid named mutant proves nothing, and a test that kills
only invalid mutants is idle. All other killed mutants are counted as killed; a sample of them,
which depends on their names alone, shows how many of these are invalid.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from ..shared.suite import function_of
from ..shared.verdicts import NOTICED
from .edits import Mutant
from .score import ALIVE, Sample, Stage

SHARE = 0.05
LEAST = 20

Faults = dict[str, str | None]  # name -> why the mutant is invalid; None for a valid one


def checked(
    judged: Callable[[Mapping[str, str | None]], Stage],
    lint: Callable[[Sequence[Mutant]], Faults],
    named: Collection[str],
) -> Stage:
    """Judge, lint what decides something, and judge again until nothing is left to lint.

    An invalid mutant can change which tests count, and so who survives.
    """
    faults: Faults = {}
    stage = judged(faults)
    drawn = sample([v.mutant.name for v in stage.with_status(*NOTICED)])
    while True:
        chosen = {m.name: m for m in _deciding(stage, {*named, *drawn, *faults}, faults)}
        if not chosen:
            invalid = sum(faults[name] is not None for name in drawn)
            return dataclasses.replace(stage, sample=Sample(len(drawn), invalid))
        faults |= lint([*chosen.values()])
        stage = judged(faults)


def sample(names: Collection[str]) -> set[str]:
    """Draw a share of the names, at least a few: those whose hashes are the lowest."""
    size = max(LEAST, math.ceil(SHARE * len(names)))
    ranked = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
    return {*ranked[:size]}


def _deciding(stage: Stage, names: Collection[str], faults: Faults) -> Iterator[Mutant]:
    """Survivors, what is in `names`, and a kill of each test that has no valid one yet."""
    for verdict in stage.with_status(*ALIVE):
        if verdict.mutant.name not in faults:
            yield verdict.mutant
    valid: set[str] = set()
    for verdict in sorted(stage.with_status(*NOTICED), key=lambda v: v.mutant.name not in names):
        functions = {function_of(test) for test in verdict.killers}
        needed = verdict.mutant.name in names or not functions <= valid
        if needed and verdict.mutant.name not in faults:
            yield verdict.mutant
        valid |= functions if needed else set()
