"""How a release ended is on the terminal, in its folder, and on the pages of a GitHub job."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.release_gate import released_set
from tools.release_gate.problems import UndecidedError
from tools.release_gate.releasing import command, release
from tools.release_gate.releasing.release import BACK, RELEASED, Outcome, Plan
from tools.release_gate.releasing.stage import Stage
from tools.release_gate.releasing.steps import Steps

PROD = Stage("prod", "UserApi-prod")
RED = Outcome(BACK, "prod", "smoke prod: 100 % red", "commit c0ffee was put back", 12.3)
GREEN = Outcome(RELEASED, "prod")


@pytest.fixture
def plan(base_set: Path, tmp_path: Path) -> Plan:
    return Plan(released_set.load(base_set), (PROD,), tmp_path / "keep", tmp_path)


def _ends(monkeypatch: pytest.MonkeyPatch, outcome: Outcome) -> None:
    """Let a release end so, after a gate whose log has an annotation, and a smoke test."""

    def end(_: Plan, steps: Steps) -> Outcome:
        with steps.step("gate prod") as log:
            log.write_text("release: all is well\n::notice title=allowed::by name\n")
        with steps.step("smoke prod") as log:
            log.write_text("::error::what a test printed\n")
        return outcome

    monkeypatch.setattr(release, "release", end)


@pytest.mark.parametrize("outcome", [RED, GREEN])
def test_outcome_is_printed_and_written(
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcome: Outcome,
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    _ends(monkeypatch, outcome)
    assert command.go(plan, tmp_path / "release") == outcome.exit_code
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1].startswith(outcome.sentence())
    assert [line.split()[3:5] for line in printed[:-1]] == [["gate", "prod"], ["smoke", "prod"]]
    (file,) = (tmp_path / "release").glob("*/release-verdict.json")
    verdict = json.loads(file.read_text())
    assert (verdict["decision"], verdict["seen"]) == (outcome.decision, outcome.seen)
    assert [step["name"] for step in verdict["steps"]] == ["gate prod", "smoke prod"]


@pytest.mark.parametrize(
    ("outcome", "annotation", "heading"),
    [
        (RED, "::error title=release::put back: prod: smoke prod: 100 %25 red; ", "## ⛔ release"),
        (GREEN, "::notice title=release::released: prod", "## ✅ release"),
    ],
    ids=["red", "green"],
)
def test_github_gets_annotations_and_summary(
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcome: Outcome,
    annotation: str,
    heading: str,
) -> None:
    """Of the logs those of the gate alone: a test may print what it likes."""
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    _ends(monkeypatch, outcome)
    command.go(plan, tmp_path / "release")
    commands = [s for s in capsys.readouterr().out.splitlines() if s.startswith("::")]
    assert commands[0] == "::notice title=allowed::by name"
    assert commands[1].startswith(annotation)
    assert len(commands) == 2
    text = summary.read_text()
    assert text.startswith(f"{heading} of commit c0ffee\n")
    assert outcome.sentence() in text
    assert "| smoke prod | " in text


def test_output_that_cannot_be_written_is_named(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UndecidedError, match=f"^--output {tmp_path}/file: Not a directory$"):
        command.go(plan, tmp_path / "file")
