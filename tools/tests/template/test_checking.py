"""The linter checks what decides something, and says what it did not check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.proof.shared.verdicts import INVALID
from tools.proof.template import checking, rules, score
from tools.proof.template.edits import Mutant
from tools.proof.template.replay import CollectedTest, Outcome
from tools.proof.template.score import Answer, Stage

A, B = "t.py::test_a", "t.py::test_b"
TESTS = tuple(CollectedTest(test, (), takes_template=True) for test in (A, B))


class Run:
    """Mutants, who is red on each, and which of them are invalid."""

    def __init__(self, red: Mapping[str, tuple[str, ...]], invalid: Sequence[str] = ()) -> None:
        self.red = red
        self.invalid = invalid
        self.linted: list[str] = []

    def judged(self, faults: Mapping[str, str | None]) -> Stage:
        answers = [self._answer(name, faults.get(name)) for name in sorted(self.red)]
        return score.judge("prod", "x.json", answers, TESTS, {}, partial=True)

    def lint(self, mutants: Sequence[Mutant]) -> dict[str, str | None]:
        names = [mutant.name for mutant in mutants]
        self.linted += names
        return {name: "E3002" if name in self.invalid else None for name in names}

    def checked(self, *named: str) -> Stage:
        return checking.checked(self.judged, self.lint, named)

    def _answer(self, name: str, fault: str | None) -> Answer:
        mutant = Mutant(name, "value", "FLIP", ("Resources", "A"), "T", "", "d", ())
        if fault:
            return Answer(mutant, None, INVALID, fault)
        return Answer(mutant, Outcome(self.red[name]))


def _killed(count: int) -> dict[str, tuple[str, ...]]:
    return {f"k{number:03}": (A, B) for number in range(count)}


def test_invalid_survivor_is_no_survivor() -> None:
    run = Run({**_killed(200), "s1": (), "s2": ()}, invalid=["s1"])
    stage = run.checked()
    assert [v.mutant.name for v in stage.with_status("survived")] == ["s2"]
    assert [v.mutant.name for v in stage.with_status(INVALID)] == ["s1"]


def test_named_mutant_is_checked() -> None:
    run = Run(_killed(200))
    (unseen, *_) = {*_killed(200)} - checking.sample([*_killed(200)])
    run.invalid = [unseen]
    assert run.checked().counts[INVALID] == 0
    assert run.checked(unseen).counts[INVALID] == 1


def test_sample_depends_on_names_alone_and_is_reported() -> None:
    names = [*_killed(1000)]
    drawn = checking.sample(names)
    assert len(drawn) == 50
    assert drawn == checking.sample(names[::-1])
    assert len({name[:2] for name in drawn}) > 5, "it is spread over the names"
    run = Run(_killed(1000), invalid=sorted(drawn)[:3])
    stage = run.checked()
    assert {*run.linted} == drawn
    assert str(stage.sample) == "of 50 killed mutants drawn, 3 were invalid"
    assert stage.counts[INVALID] == 3


def test_small_suite_is_checked_whole() -> None:
    run = Run(_killed(10))
    assert str(run.checked().sample) == "of 10 killed mutants drawn, 0 were invalid"
    assert len(run.linted) == 10


def test_test_that_kills_only_invalid_mutants_is_idle() -> None:
    own = {f"own{number}": (B,) for number in range(3)}
    killed = dict.fromkeys(_killed(1000), (A,))
    stage = Run({**killed, **own}, invalid=[*own]).checked()
    assert rules.idle_tests([stage]) == [B]
    assert rules.idle_tests([Run({**killed, **own}, invalid=["own0"]).checked()]) == []


def test_no_mutant_is_checked_twice() -> None:
    run = Run({**_killed(300), "s1": (), "s2": ()}, invalid=["s1", "k007"])
    run.checked("k007")
    assert len(run.linted) == len({*run.linted})
