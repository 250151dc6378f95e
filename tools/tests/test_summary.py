"""The last lines of `make test`: what ran, what did not, and what repeats it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import summary

RESULTS = {
    "lint": {"result": {"success": True, "exit_code": 0, "duration": 6.4, "skipped": False}},
    "unit": {"result": {"success": False, "exit_code": 1, "duration": 12.0, "skipped": False}},
    "e2e": {},
}


def test_each_level_is_named_with_what_repeats_it() -> None:
    lint, unit, e2e, whole = summary.lines(RESULTS, ["lint", "unit", "e2e"], "13")
    assert lint.split() == ["lint", "green", "6", "s"]
    assert unit.split() == ["unit", "RED", "12", "s", "make", "unit"]
    assert e2e.split() == ["e2e", "not", "run", "make", "e2e"]
    assert whole == "1 of 3 levels are green, 13 s; the reports: make report"


def test_levels_of_tox_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "levels.json"
    file.write_text(json.dumps({"testenvs": RESULTS}), encoding="utf-8")
    assert summary.main([str(file), "13"]) == 0
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line]
    assert shown[:-1] == summary.levels()
    assert {"lint", "unit", "mutation"} <= {*shown}


def test_run_that_was_interrupted_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert summary.main([str(tmp_path / "gone.json"), "13"]) == 2
    assert "did not come to its end" in capsys.readouterr().err
