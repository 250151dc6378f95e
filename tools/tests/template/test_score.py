"""What counts, what does not, and the rules that a run may break."""

from __future__ import annotations

import dataclasses

from tools.proof.template import score
from tools.proof.template.edits import Mutant
from tools.proof.template.equivalence import Entry
from tools.proof.template.replay import CollectedTest, Outcome
from tools.proof.template.score import Answer, Stage

TESTS = tuple(
    CollectedTest(f"t.py::{name}", promises, takes)
    for name, promises, takes in (
        ("test_a[prod]", ("logs-kept",), True),
        ("test_b[prod]", ("table-kept",), True),
        ("test_c[prod]", (), True),
        ("test_other", (), False),
    )
)


def _mutant(name: str, must_kill: str | None = None) -> Mutant:
    return Mutant(name, "value", "FLIP", ("Resources", "A"), "T", "", "d", (), must_kill)


def _ran(name: str, *red: int, crashed: tuple[int, ...] = (), review: bool = False) -> Answer:
    return Answer(_mutant(name), Outcome(red, crashed), "", "why", review)


def _judged(*answers: Answer, canary: tuple[int, ...] = (), partial: bool = False) -> Stage:
    canaries = {"canary: keys": Outcome(canary, ())}
    return score.judge("prod", "x.json", answers, TESTS, canaries, partial=partial)


def _statuses(stage: Stage) -> list[str]:
    return [verdict.status for verdict in stage.verdicts]


def test_statuses() -> None:
    decided = Answer(_mutant("e"), None, score.INVALID, "E3002")
    stage = _judged(_ran("a", 0), _ran("b", 0, 1, crashed=(0,)), _ran("c", 1, crashed=(1,)),
                    _ran("d"), decided, partial=True)  # fmt: skip
    assert _statuses(stage) == ["killed", "killed", "killed by a crash", "survived", "invalid"]
    assert stage.verdicts[0].killers == ("t.py::test_a[prod]",)
    assert stage.counts["killed"] == 2
    assert stage.score == 0.75
    assert stage.raw_score == 0.6


def test_an_error_is_never_a_kill() -> None:
    stage = _judged(Answer(_mutant("a"), None, score.ERROR, "died"))
    assert stage.score == 0.0
    assert "prod: 1 valid mutants survived" in score.broken_rules([stage], [], set())


def test_invalid_and_equivalent_do_not_enter_the_score() -> None:
    decided = [Answer(_mutant(s), None, s) for s in (score.INVALID, score.EQUIVALENT)]
    stage = _judged(*decided, _ran("a", 0), partial=True)
    assert (stage.score, stage.raw_score) == (1.0, round(1 / 3, 4))


def test_kills_of_a_test_that_is_red_on_a_canary_do_not_count() -> None:
    stage = _judged(_ran("a", 0), _ran("b", 0, 1), canary=(0,), partial=True)
    assert _statuses(stage) == ["survived", "killed"]
    assert stage.verdicts[1].killers == ("t.py::test_b[prod]",)
    (line,) = [r for r in score.broken_rules([stage], [], set()) if "canary" in r]
    assert "t.py::test_a[prod]" in line
    assert "keys" in line


def test_a_test_that_kills_more_than_40_percent_is_a_snapshot() -> None:
    honest = [_ran(f"h{n}", 1) for n in range(6)]
    at_the_limit = _judged(*honest, *[_ran(f"s{n}", 0) for n in range(4)], *[], partial=False)
    assert "t.py::test_a[prod]" not in at_the_limit.too_wide
    wide = [_ran(f"s{n}", 0) for n in range(5)]
    some = [_ran(f"h{n}", 1) for n in range(3)] + [_ran(f"i{n}", 2) for n in range(3)]
    stage = _judged(*wide, *some)
    assert stage.too_wide == {"t.py::test_a[prod]": round(5 / 11, 4)}
    assert _statuses(stage).count("survived") == 5
    assert any("snapshot" in line for line in score.broken_rules([stage], [], set()))


def test_every_test_that_takes_the_template_must_kill() -> None:
    stage = _judged(_ran("a", 0), _ran("b", 1), _ran("c", 1), partial=True)
    assert score.idle_tests([stage]) == ["t.py::test_c"]
    other = dataclasses.replace(stage, verdicts=_judged(_ran("d", 2), partial=True).verdicts)
    assert score.idle_tests([stage, other]) == []


def test_survivors_of_a_must_kill_class_are_told() -> None:
    survivor = Answer(_mutant("a", "iam"), Outcome((), ()))
    lines = score.broken_rules([_judged(survivor)], [], set())
    assert "prod: 1 of them in the must-kill class iam" in lines


def test_reviewed_equivalents_that_are_killed_stale_or_too_many() -> None:
    stage = _judged(_ran("a", review=True), _ran("b", 0, review=True), partial=True)
    assert _statuses(stage) == ["equivalent", "killed"]
    entries = [Entry(name, "r", "s") for name in ("a", "b", "gone")]
    lines = score.broken_rules([stage], entries, set())
    assert "stale reviewed entry, no such mutant is made: gone" in lines
    assert "prod: a reviewed equivalent is killed: b" in lines
    assert any("more than 5%" in line for line in lines)
    few = _judged(*[_ran(f"m{n:02}", n % 3) for n in range(40)], _ran("a", review=True))
    assert not score.broken_rules([few], entries[:1], set())


def test_a_promise_needs_a_kill_of_one_of_its_own_tests() -> None:
    stage = _judged(_ran("a", 0), _ran("b", 2), _ran("c", 2), partial=True)
    lines = score.broken_rules([stage], [], {"logs-kept", "table-kept"})
    assert [line for line in lines if "promise" in line] == [
        "the promise table-kept is broken by no mutant that one of its tests kills"
    ]


def test_the_clearest_kill_is_the_proof() -> None:
    stage = _judged(
        _ran("a#/Crash:FLIP", 0, crashed=(0,)),
        _ran("b#/Both:FLIP", 0, 1),
        _ran("c#/Else:FLIP", 0),
        _ran("d#/LogsKept:FLIP", 0, 1),
        partial=True,
    )
    (logs, _) = score.promise_kills([stage])
    assert (logs.promise, logs.verdict.mutant.name) == ("logs-kept", "d#/LogsKept:FLIP")
    assert logs.tests == ("t.py::test_a[prod]",)
