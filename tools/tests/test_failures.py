"""What a failing test says first, and the command that repeats it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.failures import command
from tools.level import LEVEL, LEVELS
from tools.tests.nested import run_project

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


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(TESTS)
    return folder


def run(suite: Path, *arguments: str, level: str = "") -> list[str]:
    return run_project(suite, *arguments, **{LEVEL: level}).splitlines()


@pytest.fixture(scope="module", params=["0", "2"])
def output(suite: Path, request: pytest.FixtureRequest) -> list[str]:
    """What a level prints of the whole suite, without workers and with two."""
    return run(suite, "-n", request.param, level="unit")


def section(output: list[str], test: str) -> list[str]:
    """The lines of one failure, from its headline to the next."""
    titles = [at for at, line in enumerate(output) if line.startswith(("___", "==="))]
    start = next(at for at in titles if output[at].strip("_ ").endswith(test))
    return output[start : min(at for at in titles if at > start)]


def test_failure_begins_with_promises_and_files(output: list[str]) -> None:
    shown = section(output, "test_red")
    at = shown.index("# kept: It is so.")
    assert shown[at + 1] == "# Look at stack/logs.py, cdk.json."
    assert shown[at + 3] == "# other: It is other."
    assert at < shown.index("    def test_red():")
    assert any("assert 1 == 2" in line for line in shown[at:])


def test_error_of_setup_names_promise_and_test_without_promise_does_not(output: list[str]) -> None:
    assert "# other: It is other." in section(output, "test_without_setup")
    assert not any(line.startswith("# ") for line in section(output, "test_of_no_promise"))
    assert not any("test_green" in line for line in output)


def test_level_ends_with_command_that_repeats_it(output: list[str]) -> None:
    failed = ["test_of_no_promise", "test_red", "test_without_setup"]
    begin, tests, end = output[-1].partition('"')[0], output[-1].split('"')[1], output[-1][-1]
    assert (begin, end) == ("to repeat it: make unit ARGS=", '"')
    assert sorted(tests.split(" ")) == [f"test_it.py::{test}" for test in failed]


def test_green_level_and_pytest_alone_name_no_command(suite: Path) -> None:
    assert "to repeat it" not in "\n".join(run(suite, "-k", "green", level="unit"))
    assert "to repeat it" not in "\n".join(run(suite))


def test_many_failures_are_repeated_by_last_failed() -> None:
    assert command("infra", ["a.py::x[1]", "a.py::x[2]"]) == 'make infra ARGS="a.py::x"'
    assert command("infra", ["a", "b", "c", "d"]) == 'make infra ARGS="--lf"'


def test_every_level_of_tests_has_its_name() -> None:
    assert all((ROOT / folder).is_dir() for folder in LEVELS)
