"""What a failing test says first, and the command that repeats it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import failures
from tools.failures import command

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
from contract.promises import Promise
from tools.failures import Failures

KEPT = Promise("kept", "It is so.", ("unit",), files=("stack/logs.py", "cdk.json"))
OTHER = Promise("other", "It is other.", ("unit",))

def pytest_configure(config):
    config.addinivalue_line("markers", "promise(*ids): x")
    config.pluginmanager.register(Failures(lambda: {"kept": KEPT, "other": OTHER}))
"""
TESTS = """
import pytest

@pytest.fixture
def broken():
    raise RuntimeError("no setup")

@pytest.mark.promise("kept", "other")
def test_red():
    assert 1 == 2

@pytest.mark.promise("other")
def test_without_setup(broken):
    pass

@pytest.mark.promise("kept")
def test_green():
    pass

def test_of_no_promise():
    assert 1 == 3
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


def run(suite: Path, *arguments: str, level: str = "") -> list[str]:
    theirs = {name: value for name, value in os.environ.items() if name != failures.LEVEL}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=suite,
        env={**theirs, "PYTHONPATH": str(ROOT), **({failures.LEVEL: level} if level else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_failure_begins_with_promises_and_files(suite: Path, workers: str) -> None:
    output = run(suite, "-n", workers, "-k", "red")
    at = output.index("# kept: It is so.")
    assert output[at + 1] == "# Look at stack/logs.py, cdk.json."
    assert output[at + 3] == "# other: It is other."
    assert at < output.index("    def test_red():")
    assert any("assert 1 == 2" in line for line in output[at:])


def test_error_of_setup_names_promise_and_test_without_promise_does_not(suite: Path) -> None:
    assert "# other: It is other." in run(suite, "-k", "without_setup")
    assert not any(line.startswith("# ") for line in run(suite, "-k", "no_promise or green"))


@pytest.mark.parametrize("workers", ["0", "2"])
def test_level_ends_with_command_that_repeats_it(suite: Path, workers: str) -> None:
    output = run(suite, "-n", workers, "-k", "red or without_setup", level="unit")
    assert output[-1] in {
        'to repeat it: make unit ARGS="test_it.py::test_red test_it.py::test_without_setup"',
        'to repeat it: make unit ARGS="test_it.py::test_without_setup test_it.py::test_red"',
    }


def test_green_level_and_pytest_alone_name_no_command(suite: Path) -> None:
    assert "to repeat it" not in "\n".join(run(suite, "-k", "green", level="unit"))
    assert "to repeat it" not in "\n".join(run(suite))


def test_many_failures_are_repeated_by_last_failed() -> None:
    assert command("infra", ["a.py::x[1]", "a.py::x[2]"]) == 'make infra ARGS="a.py::x"'
    assert command("infra", ["a", "b", "c", "d"]) == 'make infra ARGS="--lf"'


def test_every_level_of_tests_has_its_name() -> None:
    assert all((ROOT / folder).is_dir() for folder in failures.LEVELS)
