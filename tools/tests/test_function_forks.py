"""A process that tried other mutants before comes to the same verdicts as one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.proof.function import order
from tools.proof.function.forks import Traced, Verdict, judge
from tools.proof.function.mutants import Mutant
from tools.proof.shared.suite import Suite, collect
from tools.proof.shared.verdicts import KILLED, SURVIVED, UNTESTED

# What a mutant does is in its name.
SUITE = """
import os
from mutmut.mutation.trampoline import get_mutant_under_test as mutant

spoiled = []

def test_first():
    if "spoils" in mutant():
        spoiled.append(mutant())
    if "dies" in mutant():
        os._exit(3)
    assert not spoiled

def test_second():
    assert "second" not in mutant()

def test_third():
    assert "third" not in mutant()
"""


def _mutant(name: str) -> Mutant:
    return Mutant(f"module.x_f__mutmut_{name}", name, "")


def _judged(folder: Path, *names: str, likely: dict[str, str] | None = None) -> dict[str, Verdict]:
    (folder / "test_it.py").write_text(SUITE, encoding="utf-8")
    mutants = [_mutant(name) for name in names]
    verdicts: dict[str, Verdict] = {}

    def serve(suite: Suite) -> None:
        traced = [Traced(item, {"module.x_f"}, 0.0) for item in suite.items]

        def tests(mutant: Mutant) -> Sequence[Traced]:
            return [] if "untested" in mutant.name else traced

        for verdict in judge(suite, mutants, tests, 1, at_start=set(), likely=likely or {}):
            verdicts[verdict.mutant.before] = verdict

    own = [f"--rootdir={folder}", f"--confcutdir={folder}", "--import-mode=importlib"]
    collect([str(folder), *own], serve)
    assert {*verdicts} == {*names}
    return verdicts


def _statuses(verdicts: dict[str, Verdict]) -> dict[str, str]:
    return {name: verdict.status for name, verdict in verdicts.items()}


def test_mutant_that_spoils_process_kills_no_other(tmp_path: Path) -> None:
    found = _judged(tmp_path, "second", "spoils", "equivalent", "third", "harmless")
    killed = {"second", "spoils", "third"}
    assert _statuses(found) == {name: KILLED if name in killed else SURVIVED for name in found}
    assert found["third"].test == "test_it.py::test_third"


def test_process_that_dies_costs_one_mutant(tmp_path: Path) -> None:
    found = _judged(tmp_path, "second", "dies", "equivalent", "dies too", "third")
    killed = {"second", "dies", "dies too", "third"}
    assert _statuses(found) == {name: KILLED if name in killed else SURVIVED for name in found}


def test_mutants_without_test_are_untested(tmp_path: Path) -> None:
    assert _statuses(_judged(tmp_path, "untested", "untested too")) == dict.fromkeys(
        ["untested", "untested too"], UNTESTED
    )


@pytest.mark.parametrize("likely", ["test_it.py::test_second", "test_it.py::gone"])
def test_likely_test_decides_nothing(tmp_path: Path, likely: str) -> None:
    """What killed a mutant in the last run is an order only: here it passes, or is gone."""
    names = ["third", "equivalent"]
    hints = {_mutant(name).description: likely for name in names}
    found = _judged(tmp_path, *names, likely=hints)
    assert _statuses(found) == {"third": KILLED, "equivalent": SURVIVED}
    assert found["third"].test == "test_it.py::test_third"


def test_order_is_kept_for_next_run(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "order.json"
    assert order.read(file) == {}
    verdict = Verdict(_mutant("a"), KILLED, "test_it.py::test_first")
    order.write(file, [verdict, Verdict(_mutant("b"), SURVIVED)])
    assert order.read(file) == {verdict.mutant.description: "test_it.py::test_first"}
    file.write_text("[not JSON")
    assert order.read(file) == {}
