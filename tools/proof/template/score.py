"""What the answers say: a status for every mutant, what counts, and which rules are broken."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .edits import Mutant
from .equivalence import MOST_REVIEWED, Entry
from .replay import CollectedTest, Outcome

KILLED = "killed"
CRASHED = "killed by a crash"
SURVIVED = "survived"
INVALID = "invalid"
EQUIVALENT = "equivalent"
OUT_OF_SCOPE = "out of scope"
ERROR = "error"
STATUSES = (KILLED, CRASHED, SURVIVED, INVALID, EQUIVALENT, OUT_OF_SCOPE, ERROR)
VALID = (KILLED, CRASHED, SURVIVED, ERROR)
WIDEST_SHARE = 0.40
WORDS = ("LITERAL", "STRING", "PART")


@dataclass(frozen=True)
class Verdict:
    """A mutant's status, the tests that killed it, and the reason where a rule decided."""

    mutant: Mutant
    status: str
    killers: tuple[str, ...] = ()
    reason: str = ""
    by_review: bool = False


@dataclass(frozen=True)
class Stage:
    """The verdicts over one template, and the tests whose kills do not count there."""

    name: str
    template: str
    verdicts: tuple[Verdict, ...]
    tests: tuple[CollectedTest, ...]
    red_on_canary: dict[str, list[str]] = field(default_factory=dict)
    too_wide: dict[str, float] = field(default_factory=dict)
    generated: int = 0

    def with_status(self, *statuses: str) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.status in statuses]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(verdict.status for verdict in self.verdicts)
        return {status: found[status] for status in STATUSES}

    @property
    def score(self) -> float:
        """killed / (killed + survived); an error counts as survived."""
        return _share(len(self.with_status(KILLED, CRASHED)), len(self.with_status(*VALID)))

    @property
    def raw_score(self) -> float:
        """killed / all mutants, whatever their status."""
        return _share(len(self.with_status(KILLED, CRASHED)), len(self.verdicts))


@dataclass(frozen=True)
class Answer:
    """What is known of one mutant after the run, before it is judged."""

    mutant: Mutant
    outcome: Outcome | None = None
    decided: str = ""
    reason: str = ""
    by_review: bool = False


def judge(
    name: str,
    template: str,
    answers: Iterable[Answer],
    tests: tuple[CollectedTest, ...],
    canaries: dict[str, Outcome],
    *,
    partial: bool = False,
) -> Stage:
    """Statuses from answers. Kills of tests that are red on a canary or too wide do not count.

    With `partial` (only some mutants ran) no test is called too wide.
    """
    answers = list(answers)
    red = {
        tests[index].id: [label for label, seen in canaries.items() if index in seen.red]
        for index in sorted({index for outcome in canaries.values() for index in outcome.red})
    }
    ran = [answer.outcome for answer in answers if answer.outcome is not None]
    wide = {} if partial else _too_wide(tests, ran)
    void = {i for i, test in enumerate(tests) if test.id in red or test.id in wide}
    verdicts = tuple(_verdict(answer, tests, void) for answer in answers)
    return Stage(name, template, verdicts, tests, red, wide, len(answers))


def _too_wide(tests: tuple[CollectedTest, ...], ran: list[Outcome]) -> dict[str, float]:
    kills = Counter(index for outcome in ran for index in outcome.red)
    return {
        tests[index].id: round(kills[index] / len(ran), 4)
        for index in sorted(kills)
        if kills[index] > WIDEST_SHARE * len(ran)
    }


def _verdict(answer: Answer, tests: tuple[CollectedTest, ...], void: set[int]) -> Verdict:
    if answer.outcome is None:
        return Verdict(answer.mutant, answer.decided, (), answer.reason)
    red = [index for index in answer.outcome.red if index not in void]
    killers = tuple(tests[index].id for index in red)
    if not red:
        status = EQUIVALENT if answer.by_review else SURVIVED
        return Verdict(answer.mutant, status, (), answer.reason, answer.by_review)
    crashed = all(index in answer.outcome.crashed for index in red)
    reason = answer.outcome.first
    return Verdict(answer.mutant, CRASHED if crashed else KILLED, killers, reason, answer.by_review)


def broken_rules(
    stages: Iterable[Stage], entries: Iterable[Entry], promised: set[str]
) -> list[str]:
    """One line for every rule that the run breaks; empty when all is as required.

    `promised` are the ids that need a killed mutant; empty where there is no ledger.
    """
    stages = list(stages)
    lines = partial_rules(stages)
    lines += _reviews(stages, list(entries))
    lines += [f"no valid mutant is killed by {test}" for test in idle_tests(stages)]
    proven = {row.promise for row in promise_kills(stages)}
    lines += [
        f"the promise {name} is broken by no mutant that one of its tests kills"
        for name in sorted(promised - proven)
    ]
    return lines


def partial_rules(stages: Iterable[Stage]) -> list[str]:
    """The rules that a run of some mutants can break: survivors, and tests that do not count."""
    lines: list[str] = []
    for stage in stages:
        lines += _survivors(stage)
        for test, names in stage.red_on_canary.items():
            told = ", ".join(name.removeprefix("canary: ") for name in names)
            lines.append(f"{stage.name}: {test} is red on a canary ({told}): not counted")
        for test, share in stage.too_wide.items():
            lines.append(
                f"{stage.name}: {test} kills {share:.0%} of all mutants: a snapshot, not counted"
            )
    return lines


def _survivors(stage: Stage) -> list[str]:
    survived = stage.with_status(SURVIVED, ERROR)
    lines = [f"{stage.name}: {len(survived)} valid mutants survived"] if survived else []
    classes = Counter(verdict.mutant.must_kill for verdict in survived)
    for name in sorted(name for name in classes if name):
        lines.append(f"{stage.name}: {classes[name]} of them in the must-kill class {name}")
    return lines


def _reviews(stages: list[Stage], entries: list[Entry]) -> list[str]:
    by_name = {verdict.mutant.name: verdict for stage in stages for verdict in stage.verdicts}
    lines = [
        f"stale reviewed entry, no such mutant is made: {entry.name}"
        for entry in entries
        if entry.name not in by_name
    ]
    for stage in stages:
        lines += [
            f"{stage.name}: a reviewed equivalent is killed: {verdict.mutant.name}"
            for verdict in stage.verdicts
            if verdict.by_review and verdict.status != EQUIVALENT
        ]
    valid = sum(len(stage.with_status(*VALID)) for stage in stages)
    if len(entries) > MOST_REVIEWED * valid:
        lines.append(
            f"{len(entries)} reviewed entries are more than {MOST_REVIEWED:.0%} of {valid} mutants"
        )
    return lines


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
        for verdict in stage.with_status(KILLED, CRASHED):
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


def idle_tests(stages: Iterable[Stage]) -> list[str]:
    """CollectedTest functions that take the template and kill no valid mutant of any stage."""
    takers: set[str] = set()
    killers: set[str] = set()
    for stage in stages:
        takers |= {_function(test.id) for test in stage.tests if test.takes_template}
        for verdict in stage.with_status(KILLED, CRASHED):
            killers |= {_function(test) for test in verdict.killers}
    return sorted(takers - killers)


def _function(test: str) -> str:
    """`tests/test_x.py::test_y[prod]` -> `tests/test_x.py::test_y`."""
    return re.sub(r"\[.*\]$", "", test)


def _echo(promise: str, mutant: Mutant) -> int:
    """How many words of a promise's id the mutant's name echoes."""
    stems = [word[:5] for word in promise.split("-") if len(word) > 3]
    return sum(stem in mutant.name.lower() for stem in stems)


def _clarity(mutant: Mutant) -> bool:
    """What a reader understands at once comes first."""
    plain = ("ENUM", "FLIP", "NUMBER", "ADD_RESOURCE")
    return not (mutant.group in ("composite", "iam") or mutant.operator in plain)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
