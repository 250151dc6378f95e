"""Takes over pytest's loop: the tests are collected once and then run as often as wanted."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest
from _pytest.fixtures import FixtureDef
from _pytest.nodes import Node
from _pytest.runner import runtestprotocol

from .command import CannotRunError

# Its runs are no evidence: they are meant to fail, and nobody reads how.
ARGUMENTS = (
    "-p",
    "no:cacheprovider",
    "-p",
    "no:evidence",
    "-p",
    "no:failures",
    "--no-header",
    "--tb=line",
    "-q",
    "-ra",
    "-s",
)


@dataclass(frozen=True)
class Suite:
    """The collected tests, in pytest's order."""

    session: pytest.Session
    items: list[pytest.Item]
    output: io.StringIO  # where prints of the tests go
    subtests: list[pytest.TestReport]  # what the subtests of the running test report

    def run(self, item: pytest.Item) -> list[pytest.TestReport]:
        """Run one test with all of pytest's hooks, and give its reports.

        Fixtures that other tests of its module share stay set up until a test runs that does
        not share them.
        """
        with redirect_stdout(self.output), redirect_stderr(self.output):
            self.tear_down(item)
            self.subtests.clear()
            # the next item is only asked for its chain of parents
            reports = runtestprotocol(item, log=False, nextitem=item.parent)  # type: ignore[arg-type]
        return [*reports, *self.subtests]

    def tear_down(self, following: Node) -> None:
        """Tear down all fixtures that do not belong to this node or a parent of it."""
        self.session._setupstate.teardown_exact(following)  # type: ignore[arg-type]


def promises_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the promises that a test names with `@pytest.mark.promise`."""
    return tuple(name for mark in item.iter_markers("promise") for name in mark.args)


def fixtures_of(item: pytest.Item) -> list[str]:
    """Return the names of all fixtures that a test takes, directly or through others."""
    return list(getattr(item, "fixturenames", ()))


def definitions_of(item: pytest.Item) -> list[FixtureDef[object]]:
    """Return the definitions of these fixtures: of each name the one that applies."""
    info = getattr(item, "_fixtureinfo", None)
    return [found[-1] for found in info.name2fixturedefs.values()] if info else []


def function_of(test: str) -> str:
    """Drop the case: `tests/test_x.py::test_y[prod]` -> `tests/test_x.py::test_y`."""
    return test.partition("[")[0]


def collect(
    arguments: Sequence[str], serve: Callable[[Suite], None], plugins: Sequence[object] = ()
) -> None:
    """Have pytest collect the tests that its arguments name, and call `serve` with them.

    What pytest itself prints is kept back. Raises CannotRunError where the tests cannot be
    collected, and whatever `serve` raises.
    """
    output = io.StringIO()
    loop = _Loop(serve, output)
    with redirect_stdout(output), redirect_stderr(output):
        code = pytest.main([*ARGUMENTS, *arguments], plugins=[loop, *plugins])
    if loop.problem is not None:
        raise loop.problem
    if not loop.served:
        raise CannotRunError(_reason(output.getvalue(), int(code)))


class _Loop:
    """A pytest plugin that runs `serve` in place of pytest's own loop."""

    def __init__(self, serve: Callable[[Suite], None], output: io.StringIO) -> None:
        self.served = False
        self.problem: BaseException | None = None
        self._serve = serve
        self._output = output
        self._subtests: list[pytest.TestReport] = []
        self._streams = sys.stdout, sys.stderr

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Keep the tests in this process, also where a project's addopts contain `-n auto`.

        Keep their order, too: pytest-randomly would give each process another.
        """
        if hasattr(config.option, "numprocesses"):
            config.option.numprocesses, config.option.dist, config.option.tx = 0, "no", []
        if hasattr(config.option, "randomly_reorganize"):
            config.option.randomly_reorganize = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the reports of subtests, which pytest sends this way alone."""
        self._subtests.append(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or not session.items:
            return None
        self.served = True
        out, err = self._streams
        with redirect_stdout(out), redirect_stderr(err):
            try:
                self._serve(Suite(session, list(session.items), self._output, self._subtests))
            except BaseException as problem:  # noqa: BLE001 - raised again outside of pytest
                self.problem = problem
        return True


def _reason(output: str, code: int) -> str:
    """Find the one line of pytest's output that names the error."""
    if code == int(pytest.ExitCode.NO_TESTS_COLLECTED):
        return "no tests were collected"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"E  |(INTERNALERROR> )?\w*Error\b", line)]
    return f"pytest could not collect the tests: {(errors or lines or [f'exit {code}'])[-1]}"
