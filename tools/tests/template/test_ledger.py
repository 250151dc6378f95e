"""The promise page: complete, current, and never written from half of the evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract import promises
from contract.promises import Keeper, Promise
from tools.proof import ledger
from tools.proof.ledger import Kill
from tools.proof.promises import PAGE
from tools.proof.template.errors import CannotRunError

LEDGER = {
    "logs-kept": Promise("logs-kept", "Logs are kept.", ("unit", "infra")),
    "table-kept": Promise("table-kept", "The table is kept.", ("infra",)),
}
KEEPERS = [
    Keeper("logs-kept", "infra", "tests_infra/test_logs.py::test_b"),
    Keeper("logs-kept", "infra", "tests_infra/test_logs.py::test_a"),
    Keeper("logs-kept", "unit", "tests_unit/test_log.py::test_c"),
]
KILLS = [
    Kill("logs-kept", "unit", "`print(x)` became `None`"),
    Kill("logs-kept", "infra", "Logs: 8 instead of 7 (`Logs#/R:NUMBER=8`)"),
    Kill("table-kept", "infra", "Table: deleted (`Table#:DELETE_DATA`)"),
]


def _evidence(folder: Path, level: str, *kills: dict[str, object]) -> None:
    text = json.dumps({"level": level, "kills": list(kills)})
    (folder / f"{level}.json").write_text(text, encoding="utf-8")


def test_the_page_tells_promise_levels_tests_and_what_was_broken() -> None:
    page = ledger.render(LEDGER, KEEPERS, KILLS)
    assert "### logs-kept\n\nLogs are kept.\n" in page
    assert "- **infra**: broken: Logs: 8 instead of 7 (`Logs#/R:NUMBER=8`)\n" in page
    assert page.index("test_logs.py::test_a") < page.index("test_logs.py::test_b")
    assert ledger.kills_in(page) == KILLS


def test_unproven_promises_are_named() -> None:
    assert ledger.unproven(LEDGER, KILLS) == []
    assert ledger.unproven(LEDGER, KILLS[:1]) == ["logs-kept (infra)", "table-kept (infra)"]


def test_evidence_is_the_first_kill_of_each_promise(tmp_path: Path) -> None:
    for level in promises.LEVELS:
        _evidence(tmp_path, level)
    row: dict[str, object] = {
        "promise": "logs-kept",
        "mutant": "m1",
        "description": "one\n `thing`",
        "tests": [],
    }
    for level in ("unit", "e2e"):
        _evidence(tmp_path, level, row, {**row, "mutant": "m2"})
    assert ledger.evidence(tmp_path) == [
        Kill("logs-kept", "unit", "one `thing`"),
        Kill("logs-kept", "e2e", "one `thing` (`m1`)"),
    ]


def test_missing_evidence_names_the_command_that_writes_it(tmp_path: Path) -> None:
    _evidence(tmp_path, "unit")
    with pytest.raises(CannotRunError, match=r"infra\.json is missing: python -m tools"):
        ledger.evidence(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"kills": [{}]}', '{"kills": 3}'])
def test_bad_evidence_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "unit.json").write_text(text, encoding="utf-8")
    with pytest.raises(CannotRunError, match="is no evidence"):
        ledger.evidence(tmp_path)


def test_the_committed_page_is_current() -> None:
    """All of the page but what was broken; `tox -e mutation` checks that against its run."""
    page = (promises.ROOT / PAGE).read_text(encoding="utf-8")
    kills = ledger.kills_in(page)
    assert ledger.unproven(promises.load(), kills) == []
    assert page == ledger.render(promises.load(), promises.keepers(), kills), (
        "out of date: run tox -e mutation, then python -m tools.proof promises"
    )
