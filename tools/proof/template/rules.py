"""The rules of a run; each broken rule is one line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from ..shared.suite import function_of
from ..shared.verdicts import ERROR, NOTICED, SURVIVED, VOID, Entry, reviews_broken
from .score import ALIVE, VALID, Stage

MOST_REVIEWED = 0.05


def tests_broken(stages: Collection[Stage], *, partial: bool) -> list[str]:
    """Name what the tests break: none survives, every kill counts, and every test kills.

    A run of only some mutants (`partial`) says nothing about the last.
    """
    lines = [line for stage in stages for line in (*_survivors(stage), *_void_tests(stage))]
    idle = [] if partial else idle_tests(stages)
    return [*lines, *(f"no valid mutant is killed by {test}" for test in idle)]


def under(stages: Iterable[Stage], percent: float) -> list[str]:
    """Name each template whose score is under a threshold in percent."""
    return [
        f"{stage.name}: the score {stage.score:.1%} is under {percent:g} %"
        for stage in stages
        if 100 * stage.score < percent
    ]


def idle_tests(stages: Iterable[Stage]) -> list[str]:
    """Name the test functions that take the template and kill no valid mutant of any stage."""
    takers: set[str] = set()
    killers: set[str] = set()
    for stage in stages:
        takers |= {function_of(test.id) for test in stage.tests if test.takes_template}
        for verdict in stage.with_status(*NOTICED):
            killers |= {function_of(test) for test in verdict.killers}
    return sorted(takers - killers)


def reviews(stages: Iterable[Stage], entries: Collection[Entry]) -> list[str]:
    """Name each reviewed entry that is stale or killed, and say when they are too many."""
    statuses = defaultdict(set)
    for stage in stages:
        for verdict in stage.verdicts:
            statuses[verdict.mutant.name].add(verdict.status)
    lines = reviews_broken(entries, statuses)
    valid = sum(len(stage.with_status(*VALID)) for stage in stages)
    if len(entries) > MOST_REVIEWED * valid:
        lines.append(
            f"{len(entries)} reviewed entries are more than {MOST_REVIEWED:.0%} of {valid} mutants"
        )
    return lines


def _survivors(stage: Stage) -> list[str]:
    survived, void = stage.with_status(SURVIVED, ERROR), stage.with_status(VOID)
    lines = [f"{stage.name}: {len(survived)} valid mutants survived"] if survived else []
    if void:
        lines.append(f"{stage.name}: {len(void)} are killed only by tests whose kills do not count")
    classes = Counter(verdict.mutant.must_kill for verdict in stage.with_status(*ALIVE))
    for name in sorted(name for name in classes if name):
        lines.append(f"{stage.name}: {classes[name]} of them in the must-kill class {name}")
    return lines


def _void_tests(stage: Stage) -> list[str]:
    lines: list[str] = []
    if stage.every_kill_counts:
        return lines
    for test, labels in stage.red_on_canary.items():
        names = ", ".join(label.removeprefix("canary: ") for label in labels)
        lines.append(f"{stage.name}: {test} is red on a canary ({names}): its kills do not count")
    for test, share in stage.too_wide.items():
        lines.append(
            f"{stage.name}: {test} kills {share:.0%} of all mutants as a snapshot does: "
            "its kills do not count"
        )
    return lines
