"""The page of promises: complete, current, and never written from half of the evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract import promises
from contract.promises import Keeper, Promise
from tools.proof import page
from tools.proof.page import PAGE, Proof
from tools.proof.shared import evidence
from tools.proof.shared.command import CannotRunError
from tools.proof.shared.evidence import Kill

LEDGER = {
    "logs-kept": Promise("logs-kept", "Logs are kept.", ("unit", "infra")),
    "table-kept": Promise("table-kept", "The table is kept.", ("infra",)),
}
KEEPERS = [
    Keeper("logs-kept", "infra", "tests_infra/test_logs.py::test_b"),
    Keeper("logs-kept", "infra", "tests_infra/test_logs.py::test_a"),
    Keeper("logs-kept", "unit", "tests_unit/test_log.py::test_c"),
]
PROOFS = [
    Proof("logs-kept", "unit", "`print(x)` became `None`"),
    Proof("logs-kept", "infra", "Logs: 8 instead of 7 (`Logs#/R:NUMBER=8`)"),
    Proof("table-kept", "infra", "Table: deleted (`Table#:DELETE_DATA`)"),
]


def _evidence(folder: Path, level: str, *kills: Kill) -> None:
    evidence.write(folder / f"{level}.json", level, kills=kills, survivors=[], counts={})


def test_page_shows_promise_levels_tests_and_what_was_broken() -> None:
    text = page.render(LEDGER, KEEPERS, PROOFS)
    assert "### logs-kept\n\nLogs are kept.\n" in text
    assert "- **infra**: broken: Logs: 8 instead of 7 (`Logs#/R:NUMBER=8`)\n" in text
    assert text.index("test_logs.py::test_a") < text.index("test_logs.py::test_b")
    assert page.proofs_in(text) == PROOFS


def test_unproven_promises_are_named() -> None:
    assert page.unproven(LEDGER, PROOFS) == []
    assert page.unproven(LEDGER, PROOFS[:1]) == ["logs-kept (infra)", "table-kept (infra)"]


def test_proof_is_first_kill_of_each_promise(tmp_path: Path) -> None:
    first = Kill("logs-kept", "m1", "one\n `thing`", ())
    second = Kill("logs-kept", "m2", "another", ())
    _evidence(tmp_path, "infra")
    for level in ("unit", "e2e"):
        _evidence(tmp_path, level, first, second)
    assert page.proofs(tmp_path) == [
        Proof("logs-kept", "unit", "one `thing`"),
        Proof("logs-kept", "e2e", "one `thing` (`m1`)"),
    ]


def test_missing_evidence_names_the_command_that_writes_it(tmp_path: Path) -> None:
    _evidence(tmp_path, "unit")
    with pytest.raises(CannotRunError, match=r"infra\.json is missing: python -m tools"):
        page.proofs(tmp_path)


def test_committed_page_is_current() -> None:
    """All of the page but what was broken; `tox -e mutation` checks that against its run."""
    text = (promises.ROOT / PAGE).read_text(encoding="utf-8")
    found = page.proofs_in(text)
    assert page.unproven(promises.load(), found) == []
    assert text == page.render(promises.load(), promises.keepers(), found), (
        "out of date: run tox -e mutation, then python -m tools.proof promises"
    )
