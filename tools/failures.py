"""What a failing test says first, and the command that repeats it.

A pytest plugin that the root conftest registers. A failure begins with each promise that the test
keeps and the files to look at; the summary ends with one command. Under xdist the workers do the
first, the controller the second.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

import pytest

from contract.promises import Promise
from tools.level import LEVEL

NAMED = 3  # how many test functions the command names


class Failures:
    """Says which promise is broken, where to look, and how to repeat it."""

    def __init__(self, promises: Callable[[], Mapping[str, Promise]]) -> None:
        self.promises = promises

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed:
            ids = [name for mark in item.iter_markers("promise") for name in mark.args]
            known = self.promises()
            _begin(report.longrepr, [line for name in ids for line in lines(known[name])])
        return report

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Name the command last, after the summary of pytest."""
        level, terminal = os.environ.get(LEVEL), config.pluginmanager.get_plugin("terminalreporter")
        if not level or not terminal or hasattr(config, "workerinput"):
            return
        stats = terminal.stats
        failed = [report.nodeid for kind in ("failed", "error") for report in stats.get(kind, ())]
        if failed:
            terminal.write_line(f"to repeat it: {command(level, failed)}")


def lines(promise: Promise) -> list[str]:
    """Return what is said of a broken promise."""
    where = ", ".join(promise.files) or "contract/promises.toml"
    return [f"# {promise.id}: {promise.sentence}", f"# Look at {where}.", ""]


def command(level: str, failed: Iterable[str]) -> str:
    """Return the command that runs the failed tests again, by name where they are few."""
    functions = list(dict.fromkeys(test.partition("[")[0] for test in failed))
    words = " ".join(functions) if len(functions) <= NAMED else "--lf"
    return f'make {level} ARGS="{words}"'


def _begin(shown: Any, first: list[str]) -> None:
    """Put lines before the source of the test, as its comments."""
    chain = getattr(shown, "chain", None)
    entries = chain[-1][0].reprentries if chain else []
    if entries and hasattr(entries[0], "lines"):
        entries[0].lines[:0] = first
