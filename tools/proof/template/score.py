"""Statuses of all mutants, and the tests whose kills do not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from ..shared.verdicts import (
    CRASHED,
    EQUIVALENT,
    ERROR,
    INVALID,
    KILLED,
    NOTICED,
    OUT_OF_SCOPE,
    SURVIVED,
    VOID,
)
from .edits import Mutant
from .replay import CollectedTest, Outcome

STATUSES = (KILLED, CRASHED, SURVIVED, VOID, INVALID, EQUIVALENT, OUT_OF_SCOPE, ERROR)
ALIVE = (SURVIVED, VOID, ERROR)
VALID = (KILLED, CRASHED, *ALIVE)
WIDEST_SHARE = 0.40


@dataclass(frozen=True)
class Verdict:
    """A mutant's status, the tests that killed it, and the reason where a rule decided."""

    mutant: Mutant
    status: str
    killers: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Sample:
    """How many of the killed mutants were drawn and linted, and how many of these are invalid."""

    drawn: int = 0
    invalid: int = 0

    def __str__(self) -> str:
        return f"of {self.drawn} killed mutants drawn, {self.invalid} were invalid"


@dataclass(frozen=True)
class Stage:
    """The verdicts over one template, and the tests whose kills do not count there."""

    name: str
    template: str
    verdicts: tuple[Verdict, ...]
    tests: tuple[CollectedTest, ...]
    red_on_canary: dict[str, list[str]] = field(default_factory=dict)
    too_wide: dict[str, float] = field(default_factory=dict)
    sample: Sample = Sample()
    every_kill_counts: bool = False

    def with_status(self, *statuses: str) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.status in statuses]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(verdict.status for verdict in self.verdicts)
        return {status: found[status] for status in STATUSES}

    @property
    def score(self) -> float:
        """killed / valid: whatever is neither invalid nor equivalent and not killed survived."""
        return _share(len(self.with_status(*NOTICED)), len(self.with_status(*VALID)))

    @property
    def raw_score(self) -> float:
        """killed / all mutants, whatever their status."""
        return _share(len(self.with_status(*NOTICED)), len(self.verdicts))


@dataclass(frozen=True)
class Answer:
    """The result of one mutant, before it is judged."""

    mutant: Mutant
    outcome: Outcome | None = None
    decided: str = ""
    reason: str = ""
    by_review: bool = False


def judge(
    name: str,
    template: str,
    answers: Collection[Answer],
    tests: tuple[CollectedTest, ...],
    canaries: dict[str, Outcome],
    *,
    partial: bool = False,
    every_kill_counts: bool = False,
) -> Stage:
    """Turn answers into verdicts.

    Kills of tests that are red on a canary or too wide do not count, unless `every_kill_counts`.
    With `partial` (only some mutants ran) no test is called too wide.
    """
    red = {
        test.id: labels
        for test in tests
        if (labels := [label for label, seen in canaries.items() if test.id in seen.red])
    }
    wide = {} if partial else _too_wide(answers)
    void = set() if every_kill_counts else red.keys() | wide.keys()
    verdicts = tuple(_verdict(answer, void) for answer in answers)
    return Stage(name, template, verdicts, tests, red, wide, every_kill_counts=every_kill_counts)


def _too_wide(answers: Iterable[Answer]) -> dict[str, float]:
    ran = [answer.outcome for answer in answers if answer.outcome is not None]
    kills = Counter(test for outcome in ran for test in outcome.red)
    return {
        test: round(kills[test] / len(ran), 4)
        for test in sorted(kills)
        if kills[test] > WIDEST_SHARE * len(ran)
    }


def _verdict(answer: Answer, void: Collection[str]) -> Verdict:
    if answer.outcome is None:
        return Verdict(answer.mutant, answer.decided, (), answer.reason)
    red = answer.outcome.red
    killers = tuple(test for test in red if test not in void)
    if killers:
        crashed = {*killers} <= {*answer.outcome.crashed}
        status, reason = CRASHED if crashed else KILLED, answer.outcome.first
    elif red and not answer.by_review:
        status, reason = VOID, f"only {red[0]} noticed it, whose kills do not count"
    else:
        status, reason = EQUIVALENT if answer.by_review else SURVIVED, answer.reason
    return Verdict(answer.mutant, status, killers, reason)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
