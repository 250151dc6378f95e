"""The rules of the function's mutation: what counts, what is stale, what is unproven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.proof.function.mutants import Mutant
from tools.proof.function.replay import KILLED, SURVIVED, TIMEOUT, UNTESTED, Verdict
from tools.proof.function.report import Report, reviewed

KEY = ("package.module.Class.method", "return 1", "return 2")


def mutant(number: int, before: str = "return 1", after: str = "return 2") -> Mutant:
    return Mutant(f"package.module.xǁClassǁmethod__mutmut_{number}", before, after)


def report(
    *verdicts: Verdict, promised: str = "", entries: tuple[tuple[str, str, str], ...] = ()
) -> Report:
    proofs = {"shown": Verdict(mutant(9), KILLED, "test.py::test_it")}
    names = frozenset(promised.split())
    return Report(verdicts, proofs, names, dict.fromkeys(entries, "a reason"), whole=True)


def test_a_mutant_is_named_as_people_write_it() -> None:
    assert mutant(3).place == "package.module.Class.method"
    assert mutant(3).function == "package.module.xǁClassǁmethod"
    assert (
        Mutant("package.module.x__private__mutmut_1", "a", "b").place == "package.module._private"
    )
    assert mutant(3).description == "package.module.Class.method: `return 1` became `return 2`"


def test_killed_mutants_are_good() -> None:
    made = report(Verdict(mutant(1), KILLED, "t"), Verdict(mutant(2), TIMEOUT), promised="shown")
    assert made.good
    assert made.lines()[-1].startswith("score 2/2 ")


@pytest.mark.parametrize("status", [SURVIVED, UNTESTED])
def test_a_survivor_is_not(status: str) -> None:
    made = report(Verdict(mutant(1), status), Verdict(mutant(2), KILLED, "t"))
    assert not made.good
    assert made.lines()[0] == f"{status}: {mutant(1).description}"
    assert made.lines()[-1].startswith("score 1/2 ")


def test_a_reviewed_survivor_is_no_survivor_and_not_in_the_score() -> None:
    made = report(Verdict(mutant(1), SURVIVED), Verdict(mutant(2), KILLED, "t"), entries=(KEY,))
    assert made.good
    assert made.counts["equivalent"] == 1
    assert made.lines()[-1].startswith("score 1/1 ")


def test_an_entry_whose_mutant_is_killed_is_stale() -> None:
    made = report(Verdict(mutant(1), KILLED, "t"), entries=(KEY,))
    assert not made.good
    assert made.stale == [" | ".join(KEY)]


def test_a_promise_that_nothing_breaks_is_told() -> None:
    made = report(Verdict(mutant(1), KILLED, "t"), promised="shown unshown")
    assert not made.good
    assert made.unproven == ["unshown"]
    assert "not proven by its mutant in proofs.toml: unshown" in made.lines()


def test_the_evidence_is_written(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "unit.json"
    report(Verdict(mutant(1), SURVIVED), promised="shown").write(file)
    evidence = json.loads(file.read_text())
    assert evidence["level"] == "unit"
    assert evidence["kills"] == [
        {
            "promise": "shown",
            "mutant": mutant(9).name,
            "description": mutant(9).description,
            "tests": ["test.py::test_it"],
        }
    ]
    assert [one["mutant"] for one in evidence["survivors"]] == [mutant(1).name]
    assert evidence["counts"]["mutants"] == 1


def test_every_reviewed_entry_has_a_reason() -> None:
    assert all(len(reason) > 20 for reason in reviewed().values())
