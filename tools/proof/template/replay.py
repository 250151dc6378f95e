"""A pytest plugin that collects a suite once and replays it on template after template.

Between two templates only the `template` fixture and the fixtures that took it
are torn down, as pytest does for a parametrized fixture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from _pytest.fixtures import pytest_fixture_setup as own_fixture_setup
from _pytest.runner import runtestprotocol

from ..shared.command import CannotRunError

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
    """A collected test: what it is called, the promises it names, whether it takes the template."""

    id: str
    promises: tuple[str, ...]
    takes_template: bool


@dataclass(frozen=True)
class Outcome:
    """The tests (by index) that went red on one template, and those that did by a crash."""

    red: tuple[int, ...]
    crashed: tuple[int, ...]
    first: str = ""


class Replay:
    """Runs `serve` in place of pytest's own loop, handing it this object."""

    def __init__(self, serve: Callable[[Replay], None]) -> None:
        self.serve = serve
        self.items: list[Any] = []
        self.passed: list[int] = []
        self.body: dict[str, Any] | None = None
        self.make: Callable[[dict[str, Any]], Any] | None = None
        self.value: Any = None
        self.fixtures: dict[int, tuple[Any, Any]] = {}

    @property
    def tests(self) -> list[CollectedTest]:
        return [
            CollectedTest(
                item.nodeid,
                tuple(name for mark in item.iter_markers("promise") for name in mark.args),
                FIXTURE in item.fixturenames,
            )
            for item in self.items
        ]

    def baseline(self, body: dict[str, Any]) -> Outcome:
        """Run every test as pytest does, with all hooks. Those that pass are replayed later."""
        self._swap(body)
        red, first = [], ""
        for index, item in enumerate(self.items):
            following = _next(self.items, index)
            reports = runtestprotocol(item, log=False, nextitem=following)
            told = [_last_line(report) for report in reports if report.failed]
            if told:
                red.append(index)
                first = first or told[0]
            elif all(report.passed for report in reports) and FIXTURE in item.fixturenames:
                self.passed.append(index)
        self._prune()
        return Outcome(tuple(red), (), first)

    def run(self, body: dict[str, Any]) -> Outcome:
        """Replay the tests that take the template on this template."""
        self._swap(body)
        red, crashed, first = [], [], ""
        chosen = [self.items[index] for index in self.passed]
        for place, index in enumerate(self.passed):
            failure = _failure(chosen[place], _next(chosen, place))
            if failure is not None:
                red.append(index)
                first = first or failure
                if failure.split(":")[0] not in ASSERTIONS:
                    crashed.append(index)
        return Outcome(tuple(red), tuple(crashed), first)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or not session.items:
            return None
        self.items = list(session.items)
        self.serve(self)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        """The suite's own fixture runs once, to learn its type; its value is always ours."""
        if fixturedef.argname != FIXTURE or self.body is None:
            return None
        self.fixtures[id(fixturedef)] = (fixturedef, request)
        if self.make is None:
            self.make = _maker(type(own_fixture_setup(fixturedef, request)))
        if self.value is None:
            self.value = self.make(self.body)
        fixturedef.cached_result = (self.value, fixturedef.cache_key(request), None)
        return self.value

    def _prune(self) -> None:
        """Ask for no fixture any more that only the replaced `template` asked for."""
        for fixturedef, _ in self.fixtures.values():
            fixturedef.argnames = ()
        for index in self.passed:
            item = self.items[index]
            item.fixturenames = list(item._fixtureinfo.initialnames)

    def _swap(self, body: dict[str, Any]) -> None:
        self.body, self.value = body, None
        for fixturedef, request in self.fixtures.values():
            fixturedef.finish(request)
        self.fixtures.clear()


def _maker(kind: type[Any]) -> Callable[[dict[str, Any]], Any]:
    """How the fixture's type is made of a template as data."""
    if issubclass(kind, dict):
        return lambda body: body
    if hasattr(kind, "from_json"):
        return kind.from_json  # type: ignore[no-any-return]
    raise CannotRunError(
        f"the fixture {FIXTURE!r} gives a {kind.__name__}: neither a dict nor a type with from_json"
    )


def _last_line(report: Any) -> str:
    return ([line for line in str(report.longrepr).splitlines() if line.strip()] or [""])[-1]


def _next(items: list[Any], place: int) -> Any:
    """The item that follows, the first after the last: what it shares stays set up."""
    return items[(place + 1) % len(items)] if len(items) > 1 else None


def _failure(item: Any, following: Any) -> str | None:
    """What made a test red: setup, test and teardown called directly, without the hooks.

    The hooks around a test (capture, logging, marks) would be most of its time. They
    ran in the baseline, and a test that they did not let pass there is not replayed.
    """
    state = item.session._setupstate
    item._initrequest()
    failure = _raised(lambda: (state.setup(item), item.runtest()))
    failure = _raised(lambda: state.teardown_exact(following)) or failure
    item._request, item.funcargs = False, None
    return failure


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
