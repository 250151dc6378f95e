"""Replays a collected suite on template after template.

A fixture `template` is swapped; what the suite makes with `aws_cdk.assertions` answers for the
current template by itself. Between two templates only the fixtures that took one are torn down, as
pytest does for a parametrized fixture.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pytest
from _pytest.fixtures import pytest_fixture_setup as own_fixture_setup

from ...template import Template
from ..shared.command import CannotRunError
from ..shared.suite import Suite, definitions_of, fixtures_of, promises_of
from . import direct
from .assertions import Assertions
from .edits import copied

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
    """A collected test: its node id, the promises it names, whether it looks at the template."""

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

    def __init__(self, suite: Suite, assertions: Assertions) -> None:
        self._suite = suite
        self._assertions = assertions
        self._looking: set[str] = set()
        self._passed: list[Any] = []
        self._body: dict[str, Any] | None = None
        self._makers: dict[int, Callable[[dict[str, Any]], Any]] = {}
        self._values: dict[int, Any] = {}
        self._fixtures: dict[int, tuple[Any, Any]] = {}
        self._current: dict[int, Callable[[], Any]] = {}  # of each replaced fixture
        self._direct: dict[str, Callable[[], None] | None] = {}  # test -> how to call it

    def baseline(self, body: dict[str, Any], only: Collection[str] | None = None) -> Outcome:
        """Run every test, or `only` these, as pytest does, with all hooks.

        Those that look at the template and pass are replayed later.
        """
        self._swap(body)
        red, first = [], ""
        for item in self._suite.items:
            if only is not None and item.nodeid not in only:
                continue
            self._assertions.used = False
            reports = self._suite.run(item)
            if self._looks(item):
                self._looking.add(item.nodeid)
            failure = _reported(reports)
            if failure is not None:
                red.append(item.nodeid)
                first = first or failure
            elif all(report.passed for report in reports) and item.nodeid in self._looking:
                self._passed.append(item)
        self._prune()
        return Outcome(tuple(red), (), first)

    def run(self, body: dict[str, Any]) -> Outcome:
        """Replay the tests that look at the template on this template."""
        self._swap(body)
        self._assertions.swap(body)
        failures = {item.nodeid: self._failure(item) for item in self._passed}
        red = {test: failure for test, failure in failures.items() if failure}
        crashed = (t for t, failure in red.items() if failure.split(":")[0] not in ASSERTIONS)
        return Outcome(tuple(red), tuple(crashed), next(iter(red.values()), ""))

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        """Run the suite's own fixture once, to learn its type; its value is always replaced."""
        if (value := self._assertions.kept(fixturedef)) is not None:
            fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
            return value
        if fixturedef.argname != FIXTURE or self._body is None:
            return None
        key = id(fixturedef)
        if key not in self._makers:
            value = own_fixture_setup(fixturedef, request)
            if self._assertions.is_template(value):
                return value  # it answers for the current template by itself
            self._makers[key] = _maker(type(value), self._body)
            self._current[key] = functools.partial(self._value, key)
        self._fixtures[key] = (fixturedef, request)
        fixturedef.cached_result = (self._value(key), fixturedef.cache_key(request), None)
        return self._value(key)

    def tests(self) -> tuple[CollectedTest, ...]:
        """Describe the tests, in pytest's order, once the baseline has shown who looks."""
        return tuple(
            CollectedTest(item.nodeid, promises_of(item), item.nodeid in self._looking)
            for item in self._suite.items
        )

    def _value(self, key: int) -> Any:
        """Return what a replaced fixture gives for the current template."""
        if key not in self._values:
            assert self._body is not None
            self._values[key] = self._makers[key](self._body)
        return self._values[key]

    def _looks(self, item: pytest.Item) -> bool:
        """Tell whether a test that just ran looked at the template, or took what a fixture read."""
        if self._assertions.used or FIXTURE in fixtures_of(item):
            return True
        return any(id(each) in self._assertions.readers for each in definitions_of(item))

    def _failure(self, item: Any) -> str | None:
        """Call setup, test and teardown directly, without the hooks; return what failed.

        The hooks around a test (capture, logging, marks) would be most of its time. They
        ran in the baseline, and a test that they did not let pass there is not replayed.
        """
        if call := self._direct.get(item.nodeid):
            return _raised(call)
        plain = type(item) is pytest.Function and "subtests" not in fixtures_of(item)
        if not plain:
            return _reported(self._suite.run(item))  # its failures reach the hooks alone
        item._initrequest()
        state: Any = item.session._setupstate

        def test() -> None:
            state.teardown_exact(item)
            state.setup(item)
            if item.nodeid not in self._direct and not self._assertions.in_use:
                self._direct[item.nodeid] = direct.call_of(item, self._current)
            item.runtest()

        failure = _raised(test)
        failure = _raised(lambda: state.teardown_exact(item.parent)) or failure
        item._request, item.funcargs = False, None
        return failure

    def _prune(self) -> None:
        """Stop requesting the fixtures that only the replaced `template` requested."""
        for fixturedef, _ in self._fixtures.values():
            fixturedef.argnames = ()
        self._assertions.prune()
        for item in self._passed:
            item.fixturenames = list(item._fixtureinfo.initialnames)

    def _swap(self, body: dict[str, Any]) -> None:
        self._body = body
        self._values.clear()
        for fixturedef, request in self._fixtures.values():
            fixturedef.finish(request)
        self._fixtures.clear()


def _maker(kind: type[Any], first: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Find out how to make the fixture's type from a template as data."""
    if issubclass(kind, Template):
        return kind.from_json(first).with_body
    if issubclass(kind, dict):
        return copied
    if hasattr(kind, "from_json"):
        return lambda body: kind.from_json(copied(body))
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
