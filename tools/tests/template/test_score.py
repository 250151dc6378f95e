"""What counts, what does not, and the rules that a run may break."""

from __future__ import annotations

import dataclasses

import pytest

from tools.proof.shared.evidence import Kill
from tools.proof.shared.verdicts import EQUIVALENT, ERROR, INVALID, Entry
from tools.proof.template import rules, score
from tools.proof.template.edits import Mutant
from tools.proof.template.proofs import Proof, judge
from tools.proof.template.replay import CollectedTest, Outcome
from tools.proof.template.score import Answer, Stage

A, B, C = (f"t.py::test_{letter}[prod]" for letter in "abc")
TESTS = (
    CollectedTest(A, ("logs-kept",), takes_template=True),
    CollectedTest(B, ("table-kept",), takes_template=True),
    CollectedTest(C, (), takes_template=True),
    CollectedTest("t.py::test_other", (), takes_template=False),
)


def _mutant(name: str, must_kill: str | None = None) -> Mutant:
    return Mutant(name, "value", "FLIP", ("Resources", "A"), "T", "", "d", (), must_kill)


def _ran(name: str, *red: str, crashed: tuple[str, ...] = (), review: bool = False) -> Answer:
    return Answer(_mutant(name), Outcome(red, crashed), "", "why", review)


def _judged(*answers: Answer, canary: tuple[str, ...] = (), partial: bool = False) -> Stage:
    canaries = {"canary: keys": Outcome(canary)}
    return score.judge("prod", "x.json", answers, TESTS, canaries, partial=partial)


def _statuses(stage: Stage) -> list[str]:
    return [verdict.status for verdict in stage.verdicts]


def test_statuses() -> None:
    decided = Answer(_mutant("e"), None, INVALID, "E3002")
    stage = _judged(
        _ran("a", A),
        _ran("b", A, B, crashed=(A,)),
        _ran("c", B, crashed=(B,)),
        _ran("d"),
        decided,
        partial=True,
    )
    assert _statuses(stage) == ["killed", "killed", "killed by a crash", "survived", "invalid"]
    assert stage.verdicts[0].killers == (A,)
    assert stage.counts["killed"] == 2
    assert stage.score == 0.75
    assert stage.raw_score == 0.6


def test_error_is_never_kill() -> None:
    stage = _judged(Answer(_mutant("a"), None, ERROR, "died"))
    assert stage.score == 0.0
    assert "prod: 1 valid mutants survived" in rules.tests_broken([stage], partial=False)


def test_invalid_and_equivalent_do_not_enter_score() -> None:
    decided = [Answer(_mutant(status), None, status) for status in (INVALID, EQUIVALENT)]
    stage = _judged(*decided, _ran("a", A), partial=True)
    assert (stage.score, stage.raw_score) == (1.0, round(1 / 3, 4))


def test_kills_of_test_that_is_red_on_canary_have_their_own_status() -> None:
    stage = _judged(_ran("a", A), _ran("b", A, B), _ran("c"), canary=(A,), partial=True)
    assert _statuses(stage) == ["killed, not counted", "killed", "survived"]
    assert stage.verdicts[1].killers == (B,)
    assert A in stage.verdicts[0].reason
    assert stage.score == round(1 / 3, 4)
    lines = rules.tests_broken([stage], partial=False)
    assert "prod: 1 valid mutants survived" in lines
    assert "prod: 1 are killed only by tests whose kills do not count" in lines
    assert f"prod: {A} is red on a canary (keys): its kills do not count" in lines


def test_test_that_kills_too_many_mutants_is_snapshot() -> None:
    honest = [_ran(f"h{n}", B) for n in range(6)]
    at_the_limit = _judged(*honest, *[_ran(f"s{n}", A) for n in range(4)])
    assert A not in at_the_limit.too_wide
    wide = [_ran(f"s{n}", A) for n in range(5)]
    some = [_ran(f"h{n}", B) for n in range(3)] + [_ran(f"i{n}", C) for n in range(3)]
    stage = _judged(*wide, *some)
    assert stage.too_wide == {A: round(5 / 11, 4)}
    assert _statuses(stage).count("killed, not counted") == 5
    assert any("snapshot" in line for line in rules.tests_broken([stage], partial=False))


def test_every_test_that_takes_template_must_kill() -> None:
    stage = _judged(_ran("a", A), _ran("b", B), _ran("c", B), partial=True)
    assert rules.idle_tests([stage]) == ["t.py::test_c"]
    other = dataclasses.replace(stage, verdicts=_judged(_ran("d", C), partial=True).verdicts)
    assert rules.idle_tests([stage, other]) == []


def test_survivors_of_must_kill_class_are_named() -> None:
    survivor = Answer(_mutant("a", "iam"), Outcome())
    lines = rules.tests_broken([_judged(survivor)], partial=False)
    assert "prod: 1 of them in the must-kill class iam" in lines


def test_reviewed_equivalents_that_are_killed_stale_or_too_many_are_named() -> None:
    stage = _judged(_ran("a", review=True), _ran("b", A, review=True), partial=True)
    assert _statuses(stage) == ["equivalent", "killed"]
    entries = [Entry(name, "r", "s") for name in ("a", "b", "gone")]
    lines = rules.reviews([stage], entries)
    assert "stale reviewed entry, there is no such mutant: gone" in lines
    assert "a reviewed equivalent is killed: b" in lines
    assert any("more than 5%" in line for line in lines)
    kills = [_ran(f"m{n:02}", (A, B, C)[n % 3]) for n in range(40)]
    few = _judged(*kills, _ran("a", review=True))
    assert not rules.tests_broken([few], partial=False)
    assert not rules.reviews([few], entries[:1])


def test_proof_names_who_noticed_it() -> None:
    proof = Proof("logs-kept", "The logs go.", "prod", "a")
    kills, problems = judge([proof], [_judged(_ran("a", A, C), partial=True)])
    assert problems == []
    assert kills == [Kill("logs-kept", "a", "The logs go.", (A,), {"stage": "prod"})]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (_ran("b", A), "is gone: no mutant is called a"),
        (Answer(_mutant("a"), None, INVALID, "E3002"), "is invalid: a"),
        (_ran("a"), "is survived: a"),
        (_ran("a", C), "is noticed by none of the promise's own tests: a"),
    ],
)
def test_proof_that_proves_nothing_is_named(answer: Answer, problem: str) -> None:
    proof = Proof("logs-kept", "The logs go.", "prod", "a")
    kills, problems = judge([proof], [_judged(answer, partial=True)])
    assert kills == []
    assert problems == [f"the proof of logs-kept on prod {problem}"]


def test_proof_of_stage_that_did_not_run_is_named() -> None:
    proof = Proof("logs-kept", "The logs go.", "dev", "a")
    _, problems = judge([proof], [_judged(_ran("a", A), partial=True)])
    assert problems == ["the proof of logs-kept on dev is gone: no mutant is called a"]


def test_every_kill_counts_where_it_is_asked_for() -> None:
    answers = [_ran("a", A), _ran("b")]
    canaries = {"canary: keys": Outcome((A,))}
    stage = score.judge(
        "prod", "x.json", answers, TESTS, canaries, partial=True, every_kill_counts=True
    )
    assert _statuses(stage) == ["killed", "survived"]
    assert stage.red_on_canary == {A: ["canary: keys"]}
    assert rules.tests_broken([stage], partial=True) == ["prod: 1 valid mutants survived"]


def test_score_under_threshold_is_named() -> None:
    stage = _judged(_ran("a", A), _ran("b"), partial=True)
    assert rules.under([stage], 50) == []
    assert rules.under([stage], 50.5) == ["prod: the score 50.0% is under 50.5 %"]
