"""A pytest plugin that collects the suite once and replays it on one faulty stage after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import pytest
from _pytest.runner import runtestprotocol


def _when(item: pytest.Item) -> str | None:
    """When the proof runs a test, by its marker `proof`: `last`, `own` or `never`."""
    mark = item.get_closest_marker("proof")
    return mark and str(mark.args[0])


def function_of(test: str) -> str:
    """`tests/test_x.py::test_y[a]` -> `tests/test_x.py::test_y`."""
    return test.partition("[")[0]


class Suite:
    """The collected tests, to be run in any order and as often as wanted."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self.items = [item for item in session.items if _when(item) != "never"]

    def with_promise(self, promise: str) -> list[pytest.Item]:
        """The tests that name the promise, in an order that soon finds one that fails.

        The quick ones first; of each test function one case, then the next of each; and
        before others those that name few promises.
        """
        cases: Counter[str] = Counter()
        own: list[tuple[bool, int, int, pytest.Item]] = []
        for item in self.items:
            if promise in self._promises[item]:
                function = function_of(item.nodeid)
                cases[function] += 1
                rank = (_when(item) == "last", cases[function], len(self._promises[item]))
                own.append((*rank, item))
        return [item for *_, item in sorted(own, key=lambda ranked: ranked[:3])]

    def without_promise(self, promise: str) -> list[pytest.Item]:
        """One case of every other test function, but for the slow ones."""
        others: dict[str, pytest.Item] = {}
        for item in self.items:
            if promise not in self._promises[item] and _when(item) != "own":
                others.setdefault(function_of(item.nodeid), item)
        return list(others.values())

    def failures(self, items: Iterable[pytest.Item]) -> Iterator[tuple[pytest.Item, str]]:
        """Run tests; gives each that fails, with its report. May be left before its end."""
        left = list(items)
        for item, following in zip(left, [*left[1:], None], strict=True):
            # What the test before shared with one that is not run now is torn down first.
            self._session._setupstate.teardown_exact(item)
            for report in runtestprotocol(item, log=False, nextitem=following or item.parent):  # type: ignore[arg-type]
                if report.failed:
                    yield item, report.longreprtext
                    break

    @cached_property
    def _promises(self) -> dict[pytest.Item, set[str]]:
        return {
            item: {name for mark in item.iter_markers("promise") for name in mark.args}
            for item in self.items
        }


class Replay:
    """Takes the place of pytest's own loop: hands the suite over, and runs nothing itself."""

    def __init__(self, judge: Callable[[Suite], None]) -> None:
        self._judge = judge

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:
            return None
        self._judge(Suite(session))
        return True
