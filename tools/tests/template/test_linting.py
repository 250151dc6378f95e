"""cfn-lint's answers of the last run hold for the same template, linter and day alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools.proof.shared.command import CannotRunError
from tools.proof.template import linting
from tools.proof.template.linting import Finding, Linter

A, B = {"Resources": {"A": {"Type": "T"}}}, {"Resources": {"B": {"Type": "T"}}}


def _first_answer(_: str) -> list[Finding]:
    return [("E1", "Resources/A", "the first answer")]


def _second_answer(_: str) -> list[Finding]:
    return [("E2", "Resources/A", "the second answer")]


def _crash(_: str) -> list[Finding]:
    raise RecursionError("too deep")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rules are loaded, and there is no file of settings."""
    monkeypatch.setattr(linting, "linter", lambda: None)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a run that asked about A and B, before cfn-lint answers otherwise."""
    file = tmp_path / "reports" / "linted.json"
    monkeypatch.setattr(linting, "findings", _first_answer)
    _run(file, A, B)
    monkeypatch.setattr(linting, "findings", _second_answer)
    return file


def _run(file: Path, *bodies: linting.Json) -> tuple[list[str], Linter]:
    """Ask about these templates; give the rules that were found, and who found them."""
    linter = Linter(file, 1)
    found: Sequence[list[Finding]] = linter.findings(bodies, "checking")
    linter.keep()
    return [rule for ((rule, _, _),) in found], linter


def test_same_template_is_not_checked_again(file: Path) -> None:
    rules, linter = _run(file, A, B, A)
    assert rules == ["E1", "E1", "E1"]
    assert (linter.asked, linter.known) == (0, 2)


def test_changed_template_is_checked_again(file: Path) -> None:
    changed = {"Resources": {"A": {"Type": "T", "DependsOn": 1}}}
    rules, linter = _run(file, B, changed, {**A, "Outputs": {}})
    assert rules == ["E1", "E2", "E2"]
    assert (linter.asked, linter.known) == (2, 1)


def test_value_of_another_type_is_another_template(file: Path) -> None:
    assert _run(file, {"Resources": {"A": 1}})[0] == ["E2"]
    assert _run(file, {"Resources": {"A": True}})[1].asked == 1


def test_other_version_of_linter_checks_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linting, "version", lambda _: "0.0.1")
    assert _run(file, A, B)[0] == ["E2", "E2"]


def test_other_schemas_check_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linting, "edition", lambda: "newer")
    assert _run(file, A, B)[0] == ["E2", "E2"]


def test_other_settings_check_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(linting.SETTINGS, "ignore_checks", ["W"])
    assert _run(file, A, B)[0] == ["E2", "E2"]


def test_other_day_checks_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = date.today() + timedelta(1)
    monkeypatch.setattr(linting, "date", SimpleNamespace(today=lambda: tomorrow))
    assert _run(file, A, B)[0] == ["E2", "E2"]


@pytest.mark.parametrize("folder", ["project", "home"])
def test_own_settings_of_a_project_check_again(file: Path, tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / ".cfnlintrc.yaml").write_text("append_rules: [rules]\n")
    before = file.read_bytes()
    assert _run(file, A, B)[0] == ["E2", "E2"]
    assert file.read_bytes() == before, "and keeps no answers"


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff\x00", b'{"x": 1}', b'{"x": [[1]]}'])
def test_damaged_file_checks_again(file: Path, damage: bytes) -> None:
    file.write_bytes(damage)
    assert _run(file, A, B)[0] == ["E2", "E2"]
    assert _run(file, A, B)[1].known == 2, "it is whole again"


def test_what_a_run_does_not_need_is_not_kept(file: Path) -> None:
    _run(file, B)
    assert _run(file, A, B)[0] == ["E2", "E1"]


def test_runs_at_the_same_time_leave_one_whole_file(file: Path) -> None:
    first, second = Linter(file, 1), Linter(file, 1)
    first.findings([A], "checking")
    second.findings([B], "checking")
    first.keep()
    second.keep()
    assert [*file.parent.iterdir()] == [file]
    assert _run(file, A, B)[0] == ["E2", "E1"], "the last one's"


def test_crash_of_linter_is_one_line(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linting, "findings", _crash)
    with pytest.raises(CannotRunError, match=r"cfn-lint: RecursionError.*too deep"):
        _run(file, {})
