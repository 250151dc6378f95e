"""The rules of the function's mutation: what counts, what is stale, what is unproven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.proof.function.forks import Verdict
from tools.proof.function.mutants import Mutant
from tools.proof.function.report import EQUIVALENTS, Report
from tools.proof.shared.named import Named
from tools.proof.shared.verdicts import KILLED, SURVIVED, TIMEOUT, UNTESTED, Entry, reviewed


def mutant(number: int, before: str = "return 1", after: str = "return 2") -> Mutant:
    return Mutant(f"package.module.xǁClassǁmethod__mutmut_{number}", before, after)


ENTRY = Entry(mutant(1).description, "a reason", "a source")


PROOF = Named("shown", "It returns 2.", {})
PROVEN = Verdict(mutant(9), KILLED, "test.py::test_it")


def report(
    *verdicts: Verdict,
    promised: str = "",
    entries: tuple[Entry, ...] = (),
    proven: Verdict | None = PROVEN,
) -> Report:
    proofs = [(PROOF, proven)] if proven else []
    return Report(verdicts, proofs, [PROOF], promised.split(), entries, whole=True)


def test_mutant_is_named_as_people_write_it() -> None:
    assert mutant(3).place == "package.module.Class.method"
    assert mutant(3).function == "package.module.xǁClassǁmethod"
    assert (
        Mutant("package.module.x__private__mutmut_1", "a", "b").place == "package.module._private"
    )
    assert mutant(3).description == "package.module.Class.method: `return 1` became `return 2`"


def test_killed_mutants_break_no_rule() -> None:
    run = report(Verdict(mutant(1), KILLED, "t"), Verdict(mutant(2), TIMEOUT), promised="shown")
    assert run.problems == []
    assert run.lines()[-1].startswith("score 2/2 ")


@pytest.mark.parametrize("status", [SURVIVED, UNTESTED])
def test_survivor_is_problem(status: str) -> None:
    run = report(Verdict(mutant(1), status), Verdict(mutant(2, "x"), KILLED, "t"))
    assert run.problems == [f"{status}: {mutant(1).description}"]
    assert run.lines()[-1].startswith("score 1/2 ")


def test_reviewed_survivor_is_equivalent_and_not_in_score() -> None:
    run = report(
        Verdict(mutant(1), SURVIVED), Verdict(mutant(2, "x"), KILLED, "t"), entries=(ENTRY,)
    )
    assert run.problems == []
    assert run.counts["equivalent"] == 1
    assert run.lines()[-1].startswith("score 1/1 ")


def test_reviewed_entry_whose_mutant_is_killed_is_problem() -> None:
    run = report(Verdict(mutant(1), KILLED, "t"), entries=(ENTRY,))
    assert run.problems == [f"a reviewed equivalent is killed: {ENTRY.name}"]


@pytest.mark.parametrize("proven", [None, Verdict(mutant(9), SURVIVED)])
def test_proof_that_is_gone_or_not_noticed_is_named(proven: Verdict | None) -> None:
    run = report(Verdict(mutant(1), KILLED, "t"), proven=proven)
    assert run.problems == ["proves nothing: shown: It returns 2."]


def test_unproven_promise_is_named() -> None:
    run = report(Verdict(mutant(1), KILLED, "t"), promised="shown unshown")
    (line,) = run.problems
    assert line.startswith("the promise unshown is unproven")
    assert line in run.lines()


def test_evidence_is_written(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "unit.json"
    report(Verdict(mutant(1), SURVIVED), promised="shown").write(file)
    evidence = json.loads(file.read_text())
    assert evidence["level"] == "unit"
    assert evidence["kills"] == [
        {
            "promise": "shown",
            "mutant": mutant(9).description,
            "description": "It returns 2.",
            "tests": ["test.py::test_it"],
        }
    ]
    assert [row["mutant"] for row in evidence["survivors"]] == [mutant(1).name]
    assert evidence["counts"]["mutants"] == 1


def test_every_reviewed_entry_has_reason() -> None:
    assert all(len(entry.reason) > 20 for entry in reviewed(EQUIVALENTS))
