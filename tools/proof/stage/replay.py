"""Which tests of the suite try a fault, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from tools.proof.shared.suite import Suite, function_of, promises_of


class Replay:
    """The collected tests, to be run in any order and as often as wanted.

    A test says by `@pytest.mark.proof(WHEN)` that it is worth its seconds `last`, for its `own`
    promises alone, or `never`.
    """

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self.items = [item for item in suite.items if _when(item) != "never"]

    def with_promise(self, promise: str) -> list[pytest.Item]:
        """The tests that name the promise, in an order that soon finds one that fails.

        The quick ones first; of each test function one case, then the next of each; and
        before others those that name few promises.
        """
        cases: Counter[str] = Counter()
        ranks: dict[pytest.Item, tuple[bool, int, int]] = {}
        for item in self.items:
            promised = promises_of(item)
            if promise in promised:
                function = function_of(item.nodeid)
                cases[function] += 1
                ranks[item] = (_when(item) == "last", cases[function], len(promised))
        return sorted(ranks, key=lambda item: ranks[item])

    def without_promise(self, promise: str) -> list[pytest.Item]:
        """One case of every other test function."""
        others: dict[str, pytest.Item] = {}
        for item in self.items:
            if promise not in promises_of(item) and _when(item) != "own":
                others.setdefault(function_of(item.nodeid), item)
        return list(others.values())

    def tear_down(self) -> None:
        """Tear down every fixture but those of the session."""
        self._suite.tear_down(self._suite.session)

    def failures(self, items: Iterable[pytest.Item]) -> Iterator[tuple[pytest.Item, str]]:
        """Run tests; yield each that fails, with its report. May be left before its end."""
        for item in items:
            failed = [report for report in self._suite.run(item) if report.failed]
            if failed:
                yield item, failed[0].longreprtext


def _when(item: pytest.Item) -> str | None:
    mark = item.get_closest_marker("proof")
    return mark and str(mark.args[0])
