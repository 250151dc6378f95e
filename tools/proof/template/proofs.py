"""Which killed mutant is shown as the proof of a promise: the clearest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..shared.verdicts import CRASHED, NOTICED
from .edits import Mutant
from .score import Stage, Verdict

WORDS = ("LITERAL", "STRING", "PART")


@dataclass(frozen=True)
class PromiseKill:
    """A mutant that a test of a promise killed: the promise's proof."""

    promise: str
    stage: str
    verdict: Verdict
    tests: tuple[str, ...]


def promise_kills(stages: Iterable[Stage]) -> list[PromiseKill]:
    """For each promise the clearest kill: by an assertion, by few promises' tests, of few tests."""
    best: dict[str, tuple[tuple[object, ...], PromiseKill]] = {}
    for stage in stages:
        promises = {test.id: test.promises for test in stage.tests}
        for verdict in stage.with_status(*NOTICED):
            named = {name for killer in verdict.killers for name in promises[killer]}
            for name in named:
                own = tuple(k for k in verdict.killers if name in promises[k])
                rank = (
                    verdict.status == CRASHED,
                    -_echo(name, verdict.mutant),
                    verdict.mutant.operator in WORDS,
                    len(named),
                    _clarity(verdict.mutant),
                    len(verdict.killers),
                    stage.name != "prod",
                    verdict.mutant.name,
                )
                if name not in best or rank < best[name][0]:
                    best[name] = (rank, PromiseKill(name, stage.name, verdict, own))
    return [best[name][1] for name in sorted(best)]


def _echo(promise: str, mutant: Mutant) -> int:
    """How many words of a promise's id the mutant's name echoes."""
    stems = [word[:5] for word in promise.split("-") if len(word) > 3]
    return sum(stem in mutant.name.lower() for stem in stems)


def _clarity(mutant: Mutant) -> bool:
    """What a reader understands at once comes first."""
    plain = ("ENUM", "FLIP", "NUMBER", "ADD_RESOURCE")
    return not (mutant.group in ("composite", "iam") or mutant.operator in plain)
