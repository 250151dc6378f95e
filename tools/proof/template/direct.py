"""Calls a test with the values of its fixtures, without pytest's bookkeeping around each fixture.

The bookkeeping takes longer than the tests. A test is called directly only where that cannot make a
difference: its fixtures are plain functions, or keep their value for the whole session.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from _pytest.fixtures import FixtureDef

PARAMETER = "get_direct_param_fixture_func"  # what `parametrize` gives to a test is a fixture, too
Step = Callable[[dict[str, Any]], Any]  # the values so far -> the value of one more fixture


class _LeftToPytestError(Exception):
    """A fixture does more than to return a value."""


def call_of(
    item: pytest.Function, replaced: Mapping[int, Callable[[], Any]]
) -> Callable[[], None] | None:
    """Return a call of a test that was just set up; None where it must be left to pytest.

    `replaced` gives the current values of the fixtures that are replaced, by the id of their
    definitions.
    """
    if item.cls is not None or not _is_plain(item.obj):
        return None
    plan = _Plan(item, replaced)
    try:
        for name in item._fixtureinfo.initialnames:
            plan.add(name)
    except _LeftToPytestError:
        return None
    test, names, steps = item.obj, item._fixtureinfo.argnames, [*plan.steps.items()]

    def call() -> None:
        values: dict[str, Any] = {}
        for name, step in steps:
            values[name] = step(values)
        test(**{name: values[name] for name in names})

    return call


class _Plan:
    """The steps that make the values of a test's fixtures, in the order in which they are due."""

    def __init__(self, item: pytest.Function, replaced: Mapping[int, Callable[[], Any]]) -> None:
        self.steps: dict[str, Step] = {}
        self._item = item
        self._definitions: Mapping[str, FixtureDef[Any]] = item._request._fixture_defs
        self._replaced = replaced

    def add(self, name: str) -> None:
        """Add what makes the value of a fixture. Raises _LeftToPytestError."""
        if name not in self.steps:
            self.steps[name] = self._step(name)

    def _step(self, name: str) -> Step:
        definition = self._definition(name)
        if id(definition) in self._replaced:
            current = self._replaced[id(definition)]
            return lambda _: current()
        if getattr(definition.func, "__name__", "") == PARAMETER:
            parameter = self._item.callspec.params[name]
            return lambda _: parameter
        if definition.scope == "session" and not self._looks(name):
            assert definition.cached_result is not None
            value = definition.cached_result[0]
            return lambda _: value
        if definition.scope != "function" or not _is_plain(definition.func):
            raise _LeftToPytestError
        for needed in definition.argnames:
            self.add(needed)
        make, names = definition.func, definition.argnames
        return lambda values: make(**{each: values[each] for each in names})

    def _definition(self, name: str) -> FixtureDef[Any]:
        """Return the definition that applies, unless it takes the one that it overrides."""
        definition = self._definitions.get(name)
        if definition is None or name in definition.argnames:
            raise _LeftToPytestError
        return definition

    def _looks(self, name: str) -> bool:
        """Tell whether a fixture takes one that is replaced, directly or through others."""
        definition = self._definition(name)
        needed = (each for each in definition.argnames if each != "request")
        return id(definition) in self._replaced or any(map(self._looks, needed))


def _is_plain(function: object) -> bool:
    """Tell whether a call of it is all there is to it."""
    return (
        inspect.isfunction(function)
        and not inspect.isgeneratorfunction(function)
        and not inspect.iscoroutinefunction(function)
        and not inspect.isasyncgenfunction(function)
        and not hasattr(function, "is_hypothesis_test")
        and "request" not in inspect.signature(function).parameters
    )
