"""The index of all reports: reads what the real writers write, and says what was not run."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tools import evidence
from tools.proof.shared import evidence as proof
from tools.release_gate.findings import Finding
from tools.release_gate.reports import data
from tools.release_gate.verdict import Verdict
from tools.report import __main__ as command
from tools.report import sources

COMMIT = "c" * 40
STAMP: dict[str, Any] = {"commit": COMMIT, "dirty": False, "time": "2026-01-02T03:04:05+00:00"}
LEVEL = {"seconds": 2.5, "whole": True, "exit_code": 0}


def find(root: Path, title: str) -> sources.Report:
    (found,) = (report for report in sources.reports(root) if report.title == title)
    return found


def seen(root: Path, title: str) -> sources.Seen:
    found = find(root, title).seen
    assert found is not None
    return found


def write_level(root: Path, level: str, **changes: Any) -> None:
    counts = {"passed": 3, "failed": 0, "skipped": 0}
    content = {"level": level, **STAMP, **LEVEL, "counts": counts, **changes}
    evidence.write(root / evidence.FOLDER, content)


def write_proof(root: Path, level: str, *, survivors: int = 0, **stamp: Any) -> None:
    proof.write(
        root / proof.FOLDER / f"{level}.json",
        level,
        stamp={**STAMP, **stamp},
        summary=proof.Summary(broken=5, noticed=4 - survivors, missed=survivors),
        kills=[proof.Kill("a", "b", "c", ("d",))],
        survivors=[{"name": "e"}] * survivors,
        counts={},
    )


def verdict(*findings: Finding) -> str:
    return data.render(
        Verdict(
            stage="prod",
            candidate={"commit": COMMIT, "dirty": True, "template": "f" * 64, "versions": {}},
            deployed=None,
            findings=findings,
            allowed={},
            promises=(),
            notes=(),
            time=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            seconds=1.0,
        )
    )


def test_nothing_was_run_in_new_clone(tmp_path: Path) -> None:
    found = sources.reports(tmp_path)
    assert [report.title for report in found if report.seen] == []
    for report in found:
        assert command.line(report, "").endswith(f"not run: {report.command}")


def test_level_shows_counts_time_and_commit(tmp_path: Path) -> None:
    write_level(tmp_path, "unit")
    found = seen(tmp_path, "unit tests")
    assert (found.good, found.summary) == (True, "3 passed in 2.5 s")
    assert (found.when, found.commit) == ("2026-01-02 03:04 UTC", COMMIT)
    line = command.line(find(tmp_path, "unit tests"), COMMIT)
    assert line.endswith("good 3 passed in 2.5 s (2026-01-02 03:04 UTC, this commit)")


@pytest.mark.parametrize(
    ("changes", "good", "summary"),
    [
        (
            {"exit_code": 1, "counts": {"passed": 2, "failed": 1, "skipped": 0}},
            False,
            "2 passed, 1 failed in 2.5 s",
        ),
        ({"whole": False}, True, "3 passed in 2.5 s, a part of the level"),
    ],
)
def test_level_that_failed_or_ran_in_part_says_so(
    tmp_path: Path, changes: dict[str, Any], good: bool, summary: str
) -> None:
    write_level(tmp_path, "infra", **changes)
    found = seen(tmp_path, "infra tests")
    assert (found.good, found.summary) == (good, summary)


def test_mutation_shows_what_was_noticed(tmp_path: Path) -> None:
    write_proof(tmp_path, "infra")
    write_proof(tmp_path, "unit", survivors=1)
    assert seen(tmp_path, "mutation of the template").summary == "4 of 4 noticed, 5 tried"
    assert not seen(tmp_path, "mutation of the function").good
    assert find(tmp_path, "faults of a stage").seen is None


def test_promises_need_proofs_of_all_levels_and_are_as_old_as_oldest(tmp_path: Path) -> None:
    for level, hour in (("unit", 3), ("infra", 2)):
        write_proof(tmp_path, level, time=f"2026-01-02T0{hour}:00:00+00:00")
    (tmp_path / proof.FOLDER / "promises.html").touch()
    assert find(tmp_path, "promises").seen is None
    write_proof(tmp_path, "e2e")
    assert seen(tmp_path, "promises").when == "2026-01-02 02:00 UTC"


@pytest.mark.parametrize(
    ("findings", "good"),
    [((), True), ((Finding("table-moved", "critical", "Users", "a", "b", "c", "d"),), False)],
)
def test_gate_shows_its_verdict(tmp_path: Path, findings: tuple[Finding, ...], good: bool) -> None:
    (tmp_path / "build/release-gate").mkdir(parents=True)
    (tmp_path / "build/release-gate/verdict.json").write_text(verdict(*findings))
    found = seen(tmp_path, "release gate")
    assert (found.good, found.dirty) == (good, True)
    assert found.summary == f"{'release' if good else 'refuse'} to prod, {len(findings)} findings"


@pytest.mark.parametrize(("as_expected", "good"), [(12, True), (11, False)])
def test_rehearsal_counts_releases(tmp_path: Path, as_expected: int, good: bool) -> None:
    (tmp_path / "build/rehearsal").mkdir(parents=True)
    content = {**STAMP, "cases": 12, "as_expected": as_expected}
    (tmp_path / "build/rehearsal/summary.json").write_text(json.dumps(content))
    found = seen(tmp_path, "rehearsal")
    assert (found.good, found.commit) == (good, COMMIT)
    assert found.summary == f"{as_expected} of 12 releases ended as expected"


def test_benchmarks_are_those_of_repository() -> None:
    found = seen(command.ROOT, "benchmarks")
    assert found.good
    assert found.when.startswith("20")


@pytest.mark.parametrize("content", ["{", "[]", '{"counts": 1}'])
def test_file_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / evidence.FOLDER).mkdir(parents=True)
    (tmp_path / evidence.FOLDER / "unit.json").write_text(content)
    found = find(tmp_path, "unit tests")
    assert found.seen is None
    assert "cannot be read" in command.line(found, "")


def test_other_commit_and_changed_tree_are_told_apart(tmp_path: Path) -> None:
    write_level(tmp_path, "unit", dirty=True)
    report = find(tmp_path, "unit tests")
    assert command.of(report, COMMIT) == "this commit with changes"
    assert command.of(report, "d" * 40) == "commit ccccccc with changes"


def test_index_links_every_page_and_names_each_command(tmp_path: Path) -> None:
    write_level(tmp_path, "unit")
    text = command.page(sources.reports(tmp_path), COMMIT)
    assert 'href="../evidence/unit.json"' in text
    for report in sources.reports(tmp_path):
        assert report.title in text
        if not report.seen:
            assert report.command.replace('"', "&#34;") in text


def test_commands_of_reports_are_targets_of_make() -> None:
    words = {report.command.split()[1] for report in sources.reports(command.ROOT)}
    make = shutil.which("make")
    assert make is not None
    for word in words:
        done = subprocess.run(
            [make, "-n", word], cwd=command.ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, word


def test_command_prints_and_writes_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    assert command.main([]) == 0
    index = tmp_path / command.INDEX
    assert capsys.readouterr().out.splitlines()[-1] == index.as_uri()
    assert "12 of 12 were not run" in index.read_text()


def test_index_that_cannot_be_written_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    (tmp_path / "build").write_text(json.dumps({}))
    assert command.main([]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
