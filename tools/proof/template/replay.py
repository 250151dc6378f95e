"""Replays a collected suite on template after template, by swapping the `template` fixture.

Between two templates only this fixture and the fixtures that took it are torn down, as pytest
does for a parametrized fixture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from _pytest.fixtures import pytest_fixture_setup as own_fixture_setup

from ..shared.command import CannotRunError
from ..shared.suite import Suite, fixtures_of, promises_of

FIXTURE = "template"
# jsonschema raises ValidationError; a failed aws_cdk.assertions call is a RuntimeError that
# comes from JavaScript.
ASSERTIONS = (
    "AssertionError",
    "Failed",
    "ValidationError",
    "RuntimeError",
    "JavaScriptError",
    "JSIIError",
)
PASSING = (pytest.skip.Exception, pytest.xfail.Exception)
FAILING = (Exception, pytest.fail.Exception)


@dataclass(frozen=True)
class CollectedTest:
    """A collected test: its node id, the promises it names, whether it takes the template."""

    id: str
    promises: tuple[str, ...]
    takes_template: bool


@dataclass(frozen=True)
class Outcome:
    """The node ids of the tests that went red on one template, and of those that crashed.

    `first` is the first line of the first failure.
    """

    red: tuple[str, ...] = ()
    crashed: tuple[str, ...] = ()
    first: str = ""


class Replay:
    """A pytest plugin that replaces the suite's template by others."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._passed: list[Any] = []
        self._body: dict[str, Any] | None = None
        self._make: Callable[[dict[str, Any]], Any] | None = None
        self._value: Any = None
        self._fixtures: dict[int, tuple[Any, Any]] = {}

    def baseline(self, body: dict[str, Any]) -> Outcome:
        """Run every test as pytest does, with all hooks. Those that pass are replayed later."""
        self._swap(body)
        red, first = [], ""
        for item in self._suite.items:
            reports = self._suite.run(item)
            failure = _reported(reports)
            if failure is not None:
                red.append(item.nodeid)
                first = first or failure
            elif all(report.passed for report in reports) and FIXTURE in fixtures_of(item):
                self._passed.append(item)
        self._prune()
        return Outcome(tuple(red), (), first)

    def run(self, body: dict[str, Any]) -> Outcome:
        """Replay the tests that take the template on this template."""
        self._swap(body)
        failures = {item.nodeid: self._failure(item) for item in self._passed}
        red = {test: failure for test, failure in failures.items() if failure}
        crashed = (t for t, failure in red.items() if failure.split(":")[0] not in ASSERTIONS)
        return Outcome(tuple(red), tuple(crashed), next(iter(red.values()), ""))

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        """Run the suite's own fixture once, to learn its type; its value is always replaced."""
        if fixturedef.argname != FIXTURE or self._body is None:
            return None
        self._fixtures[id(fixturedef)] = (fixturedef, request)
        if self._make is None:
            self._make = _maker(type(own_fixture_setup(fixturedef, request)))
        if self._value is None:
            self._value = self._make(self._body)
        fixturedef.cached_result = (self._value, fixturedef.cache_key(request), None)
        return self._value

    def _failure(self, item: Any) -> str | None:
        """Call setup, test and teardown directly, without the hooks; return what failed.

        The hooks around a test (capture, logging, marks) would be most of its time. They
        ran in the baseline, and a test that they did not let pass there is not replayed.
        """
        plain = type(item) is pytest.Function and "subtests" not in fixtures_of(item)
        if not plain:
            return _reported(self._suite.run(item))  # its failures reach the hooks alone
        item._initrequest()
        state: Any = item.session._setupstate

        def test() -> None:
            state.teardown_exact(item)
            state.setup(item)
            item.runtest()

        failure = _raised(test)
        failure = _raised(lambda: state.teardown_exact(item.parent)) or failure
        item._request, item.funcargs = False, None
        return failure

    def _prune(self) -> None:
        """Stop requesting the fixtures that only the replaced `template` requested."""
        for fixturedef, _ in self._fixtures.values():
            fixturedef.argnames = ()
        for item in self._passed:
            item.fixturenames = list(item._fixtureinfo.initialnames)

    def _swap(self, body: dict[str, Any]) -> None:
        self._body, self._value = body, None
        for fixturedef, request in self._fixtures.values():
            fixturedef.finish(request)
        self._fixtures.clear()


def collected(suite: Suite) -> tuple[CollectedTest, ...]:
    """Describe the tests, in pytest's order."""
    return tuple(
        CollectedTest(item.nodeid, promises_of(item), FIXTURE in fixtures_of(item))
        for item in suite.items
    )


def _maker(kind: type[Any]) -> Callable[[dict[str, Any]], Any]:
    """Find out how to make the fixture's type from a template as data."""
    if issubclass(kind, dict):
        return lambda body: body
    if hasattr(kind, "from_json"):
        return kind.from_json  # type: ignore[no-any-return]
    raise CannotRunError(
        f"the fixture {FIXTURE!r} gives a {kind.__name__}: neither a dict nor a type with from_json"
    )


def _reported(reports: list[pytest.TestReport]) -> str | None:
    """The first line of the first failure that pytest reports."""
    for report in reports:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            lines = str(crash.message if crash else report.longrepr).strip().splitlines()
            return (lines or [""])[0][:200]
    return None


def _raised(call: Callable[[], object]) -> str | None:
    """`ErrorType: first line` of what a call raises, if that makes a test red."""
    try:
        call()
    except PASSING:
        return None
    except FAILING as error:
        lines = str(error).strip().splitlines() or [""]
        return f"{type(error).__name__}: {lines[0][:200]}"
    return None
