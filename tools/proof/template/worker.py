"""A process of the pool: collects the suite once, then answers for one mutant after another."""

from __future__ import annotations

import os
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ...template import Template
from ..shared.command import CannotRunError
from ..shared.suite import Suite, collect
from .edits import Mutant, mutated
from .replay import FIXTURE, CollectedTest, Outcome, Replay, collected
from .validity import Validity


@dataclass(frozen=True)
class Settings:
    """What every worker needs: the template's file, and pytest's arguments."""

    template: Path
    arguments: tuple[str, ...]
    log: Path


@dataclass(frozen=True)
class Ready:
    """The collected tests, and which of them are red without a mutation."""

    tests: tuple[CollectedTest, ...]
    baseline: Outcome


@dataclass(frozen=True)
class Task:
    """A mutant on which the tests are replayed, or which the linter checks."""

    mutant: Mutant
    lint: bool = False


@dataclass(frozen=True)
class Result:
    """A mutant's outcome, or the reason why it is invalid; the linter has no outcome."""

    name: str
    outcome: Outcome | None
    invalid: str | None = None


def main(connection: Connection, settings: Settings) -> None:
    """Send Ready, or a line of text when the suite cannot be replayed; then Results."""
    _to_log(settings.log)
    try:
        collect((*settings.arguments, "--assert=plain"), lambda s: _serve(connection, s, settings))
    except CannotRunError as error:
        connection.send(str(error))


def _serve(connection: Connection, suite: Suite, settings: Settings) -> None:
    tests = collected(suite)
    if not any(test.takes_template for test in tests):
        raise CannotRunError(f"no collected test takes the `{FIXTURE}` fixture")
    template = Template.load(settings.template)
    validity = Validity(template)
    replay = Replay(suite)
    suite.session.config.pluginmanager.register(replay)
    connection.send(Ready(tests, replay.baseline(template.copy())))
    while (task := connection.recv()) is not None:
        connection.send(_answer(task, replay, template, validity))


def _answer(task: Task, replay: Replay, template: Template, validity: Validity) -> Result:
    mutant = task.mutant
    body = mutated(template, mutant)
    if task.lint:
        return Result(mutant.name, None, validity.lint_fault(mutant, body))
    fault = None if mutant.is_control else validity.own_fault(mutant, body)
    return Result(mutant.name, None if fault else replay.run(body), fault)


def _to_log(log: Path) -> None:
    """Write what the tests or pytest print to a file: the terminal belongs to the parent."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
