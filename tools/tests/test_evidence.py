"""What a run of pytest leaves as evidence, in a small project of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.evidence import template_digest
from tools.tests.nested import run_project

pytestmark = pytest.mark.programs

CONFTEST = """
from types import SimpleNamespace

import pytest

from tools import recorder

LEDGER = {
    name: SimpleNamespace(id=name, levels=("unit",)) for name in ("kept", "broken", "idle", "gone")
}


def pytest_configure(config):
    config.addinivalue_line("markers", "promise(*ids): ...")
    config.pluginmanager.register(recorder.Recorder(config, promises=lambda: LEDGER), "evidence")
"""
TESTS = """
import pytest


@pytest.mark.promise("kept")
def test_good(): ...


@pytest.mark.promise("kept", "broken")
@pytest.mark.parametrize("number", [1, 2])
def test_bad(number):
    assert number == 1 or "kept" not in __file__


@pytest.mark.promise("broken")
def test_fails():
    raise AssertionError


@pytest.mark.promise("idle")
@pytest.mark.skip
def test_idle(): ...
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "tests_unit").mkdir()
    (tmp_path / "tests_unit" / "test_some.py").write_text(TESTS)
    return tmp_path


@pytest.mark.parametrize("workers", ["0", "2"])
def test_levels_evidence_names_every_promise(project: Path, workers: str) -> None:
    content = _run(project, "tests_unit", "-n", workers)
    assert content["promises"] == {
        "kept": "kept",
        "broken": "broken",
        "idle": "not run",
        "gone": "not run",
    }
    assert content["counts"] == {"passed": 3, "failed": 1, "skipped": 1}
    assert content["skipped"] == ["tests_unit/test_some.py::test_idle"]
    assert (content["whole"], content["exit_code"], content["deselected"]) == (True, 1, {})


@pytest.mark.parametrize("workers", ["0", "2"])
def test_deselected_test_is_named(project: Path, workers: str) -> None:
    content = _run(project, "tests_unit", "-n", workers, "-k", "not fails")
    assert content["deselected"] == {"tests_unit/test_some.py::test_fails": ""}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_run_that_stops_short_is_not_whole(project: Path, workers: str) -> None:
    (project / "tests_unit" / "test_a.py").write_text("def test_a(): assert 0\n")
    assert not _run(project, "tests_unit", "-n", workers, "-x")["whole"]


def test_single_file_is_not_whole(project: Path) -> None:
    assert not _run(project, "tests_unit/test_some.py", "-n", "0")["whole"]


def test_run_without_tests_leaves_no_evidence(project: Path) -> None:
    _pytest(project, "tests_unit", "-n", "0", "--collect-only")
    assert not (project / "build").exists()


def test_blocked_plugin_leaves_no_evidence(project: Path) -> None:
    _pytest(project, "tests_unit", "-n", "0", "-p", "no:evidence")
    assert not (project / "build").exists()


def test_evidence_without_git_is_of_dirty_tree(project: Path) -> None:
    content = _run(project, "tests_unit", "-n", "0")
    assert (content["commit"], content["dirty"]) == ("", True)


def test_digest_ignores_layout_but_no_value() -> None:
    template = {"Resources": {"A": {"Type": "T"}, "B": {"Type": "T"}}}
    other_order = {"Resources": dict(reversed(template["Resources"].items()))}
    assert template_digest(template) == template_digest(other_order)
    assert template_digest(template) != template_digest({"Resources": {"A": {"Type": "U"}}})


def _run(project: Path, *arguments: str) -> dict[str, Any]:
    _pytest(project, *arguments)
    text = (project / "build" / "evidence" / "unit.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def _pytest(project: Path, *arguments: str) -> None:
    run_project(project, *arguments, GIT_CEILING_DIRECTORIES=str(project))
