"""A run: the mutants of one template are replayed and judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...template import Template
from ..shared.command import CannotRunError
from ..shared.progress import progress
from ..shared.verdicts import EQUIVALENT, ERROR, INVALID, OUT_OF_SCOPE, Entry
from . import checking, equivalence, score
from .canaries import canaries
from .edits import Edit, Mutant, control
from .linting import Linter
from .pool import Pool
from .replay import Outcome
from .score import Answer, Stage
from .validity import Validity
from .worker import Result

BASELINE = "unmutated again"


@dataclass(frozen=True)
class Plan:
    """One template to mutate: its tests' arguments, and which of its mutants to run.

    `named` are the mutants that prove a promise.
    """

    name: str
    template: Template
    arguments: tuple[str, ...]
    mutants: Sequence[Mutant]
    partial: bool = False
    named: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Settings:
    """What all plans share.

    With `lint_all` the linter checks every mutant; with `every_kill_counts` also the kills of tests
    count that are red on a canary or too wide; with `framework` the CDK's own resources are in
    scope.
    """

    entries: list[Entry]
    jobs: int
    lint_all: bool = False
    every_kill_counts: bool = False
    framework: bool = False


def run(plan: Plan, settings: Settings, linter: Linter) -> Stage:
    """Replay a plan's mutants and judge them.

    Raises CannotRunError when the tests cannot be collected or are red without a mutation.
    """
    decided, waiting = _decided(plan, framework=settings.framework)
    with Pool(plan.template, plan.arguments, settings.jobs) as pool:
        answers = _replayed(plan, pool, waiting, settings.jobs)
        seen = {m.name: _outcome(answers[m.name]) for m in waiting if m.is_control}

        def judged(faults: Mapping[str, str | None]) -> Stage:
            own = [*decided, *_answers(plan, settings, answers, faults)]
            own.sort(key=lambda answer: answer.mutant.name)
            tests, file = pool.ready.tests, plan.template.file.name
            return score.judge(
                plan.name,
                file,
                own,
                tests,
                seen,
                partial=plan.partial,
                every_kill_counts=settings.every_kill_counts,
            )

        def lint(chosen: Iterable[Mutant]) -> dict[str, str | None]:
            label = f"{plan.name}: checking with cfn-lint"
            return validity.lint_faults(chosen, lambda bodies: linter.findings(bodies, label))

        validity = Validity(plan.template)
        everything = {m.name for m in plan.mutants} if settings.lint_all else plan.named
        return checking.checked(judged, lint, everything)


def _replayed(plan: Plan, pool: Pool, waiting: Sequence[Mutant], jobs: int) -> dict[str, Result]:
    answers: dict[str, Result] = {}
    _check_baseline(pool.ready.baseline, "before")
    with progress(f"{plan.name}: replaying mutants", len(waiting)) as advance:
        for answer in pool.replay(waiting):
            answers[answer.name] = answer
            advance(len(answers))
    for last in pool.replay([control(BASELINE)] * jobs):
        _check_baseline(_outcome(last), "after")
    return answers


def _decided(plan: Plan, *, framework: bool) -> tuple[list[Answer], list[Mutant]]:
    """What rules decide before the run, and what remains to be replayed: canaries first."""
    waiting = [
        control(f"canary: {name}", _replacing(plan.template, body))
        for name, body in canaries(plan.template).items()
    ]
    decided = []
    for mutant in plan.mutants:
        outside = equivalence.out_of_scope(mutant, framework=framework)
        equal = equivalence.by_rule(plan.template, mutant)
        if outside:
            decided.append(Answer(mutant, None, OUT_OF_SCOPE, outside))
        elif equal:
            decided.append(Answer(mutant, None, EQUIVALENT, equal))
        else:
            waiting.append(mutant)
    return decided, waiting


def _answers(
    plan: Plan,
    settings: Settings,
    answers: Mapping[str, Result],
    faults: Mapping[str, str | None],
) -> Iterator[Answer]:
    reviewed = {entry.name: entry for entry in settings.entries}
    for mutant in plan.mutants:
        answer = answers.get(mutant.name)
        if answer is None:
            continue
        entry = reviewed.get(mutant.name)
        invalid = faults.get(mutant.name) or answer.invalid
        if invalid:
            yield Answer(mutant, None, INVALID, invalid)
        elif answer.lost:
            yield Answer(mutant, None, ERROR, answer.lost)
        else:
            reason = f"{entry.reason} ({entry.source})" if entry else ""
            yield Answer(mutant, answer.outcome, "", reason, entry is not None)


def _replacing(template: Template, body: dict[str, object]) -> tuple[Edit, ...]:
    """Edits that replace the whole template."""
    gone = tuple(Edit("remove", (key,)) for key in template.body)
    return gone + tuple(Edit("set", (key,), value) for key, value in body.items())


def _check_baseline(outcome: Outcome, when: str) -> None:
    if outcome.red:
        others = f" and {len(outcome.red) - 1} more" if len(outcome.red) > 1 else ""
        raise CannotRunError(
            f"red without any mutation ({when} the run): {outcome.red[0]}{others}: {outcome.first}"
        )


def _outcome(answer: Result) -> Outcome:
    if answer.outcome is None:
        raise CannotRunError(f"{answer.name}: no result ({answer.lost or 'invalid'})")
    return answer.outcome
