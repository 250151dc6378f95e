"""A run: the mutants of one template are replayed and judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ...template import Template
from ..shared.command import CannotRunError
from ..shared.progress import progress
from ..shared.verdicts import EQUIVALENT, ERROR, INVALID, OUT_OF_SCOPE, Entry
from . import equivalence, score, validity
from .canaries import canaries
from .edits import Edit, Mutant, control
from .pool import Lost, Pool
from .replay import Outcome
from .score import Answer, Stage
from .worker import Result

BASELINE = "unmutated again"


@dataclass(frozen=True)
class Plan:
    """One template to mutate: its tests' arguments, and which of its mutants to run."""

    name: str
    template: Template
    arguments: tuple[str, ...]
    mutants: Sequence[Mutant]
    partial: bool = False

    def with_only(self, names: Collection[str]) -> Plan:
        """Run the mutants of these names alone."""
        chosen = [mutant for mutant in self.mutants if mutant.name in names]
        return dataclasses.replace(self, mutants=chosen, partial=True)


@dataclass(frozen=True)
class Settings:
    """What all plans share."""

    cache: validity.Cache
    entries: list[Entry]
    jobs: int


def run(plan: Plan, settings: Settings) -> Stage:
    """Replay a plan's mutants and judge them.

    Raises CannotRunError when the tests cannot be collected or are red without a mutation.
    """
    decided, waiting = _decided(plan)
    answers: dict[str, Result | Lost] = {}
    with (
        progress(f"{plan.name}: replaying mutants", len(waiting)) as advance,
        Pool(plan.template.file, plan.arguments, settings.jobs, settings.cache.verdicts) as pool,
    ):
        _check_baseline(pool.ready.baseline, "before")
        for answer in pool.run(waiting):
            answers[answer.name] = answer
            advance(len(answers))
        for last in pool.run([control(BASELINE)] * settings.jobs):
            _check_baseline(_outcome(last), "after")
    _remember(settings.cache, answers)
    seen = {m.name: _outcome(answers[m.name]) for m in waiting if m.is_control}
    replayed = _answers(plan, settings, answers)
    judged = sorted([*decided, *replayed], key=lambda answer: answer.mutant.name)
    file = plan.template.file.name
    return score.judge(plan.name, file, judged, pool.ready.tests, seen, partial=plan.partial)


def _decided(plan: Plan) -> tuple[list[Answer], list[Mutant]]:
    """What rules decide before the run, and what remains to be replayed: canaries first."""
    waiting = [
        control(f"canary: {name}", _replacing(plan.template, body))
        for name, body in canaries(plan.template).items()
    ]
    decided = []
    for mutant in plan.mutants:
        outside = equivalence.out_of_scope(mutant)
        equal = equivalence.by_rule(plan.template, mutant)
        if outside:
            decided.append(Answer(mutant, None, OUT_OF_SCOPE, outside))
        elif equal:
            decided.append(Answer(mutant, None, EQUIVALENT, equal))
        else:
            waiting.append(mutant)
    return decided, waiting


def _answers(plan: Plan, settings: Settings, answers: dict[str, Result | Lost]) -> Iterator[Answer]:
    reviewed = {entry.name: entry for entry in settings.entries}
    for mutant in plan.mutants:
        answer = answers.get(mutant.name)
        entry = reviewed.get(mutant.name)
        if isinstance(answer, Lost):
            yield Answer(mutant, None, ERROR, answer.reason)
        elif answer is not None and answer.outcome is None:
            yield Answer(mutant, None, INVALID, answer.invalid or "")
        elif answer is not None:
            reason = f"{entry.reason} ({entry.source})" if entry else ""
            yield Answer(mutant, answer.outcome, "", reason, entry is not None)


def _remember(cache: validity.Cache, answers: dict[str, Result | Lost]) -> None:
    for answer in answers.values():
        if isinstance(answer, Result):
            cache.verdicts.update(answer.verdicts)
    cache.save()


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


def _outcome(answer: Result | Lost) -> Outcome:
    if isinstance(answer, Lost) or answer.outcome is None:
        raise CannotRunError(f"{answer.name}: no result ({getattr(answer, 'reason', 'invalid')})")
    return answer.outcome
