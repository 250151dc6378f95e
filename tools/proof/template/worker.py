"""A process of the pool: collects the suite once, then answers for one mutant after another."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ...template import Template
from ..shared.command import CannotRunError
from ..shared.suite import Suite, collect
from .edits import Mutant, apply
from .replay import FIXTURE, CollectedTest, Outcome, Replay, collected
from .validity import Validity, Verdicts


@dataclass(frozen=True)
class Settings:
    """What every worker needs: the template's file, pytest's arguments, known verdicts."""

    template: Path
    arguments: tuple[str, ...]
    verdicts: Verdicts
    log: Path


@dataclass(frozen=True)
class Ready:
    """The collected tests, and which of them are red without a mutation."""

    tests: tuple[CollectedTest, ...]
    baseline: Outcome


@dataclass(frozen=True)
class Result:
    """A mutant's outcome, or the reason why it is invalid; and new verdicts to remember."""

    name: str
    outcome: Outcome | None
    invalid: str | None = None
    verdicts: Verdicts = field(default_factory=dict)


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
    validity = Validity(template, dict(settings.verdicts))
    replay = Replay(suite)
    suite.session.config.pluginmanager.register(replay)
    connection.send(Ready(tests, replay.baseline(template.copy())))
    while (mutant := connection.recv()) is not None:
        connection.send(_answer(mutant, replay, template, validity))


def _answer(mutant: Mutant, replay: Replay, template: Template, validity: Validity) -> Result:
    body: dict[str, Any] = apply(template.copy(), mutant.edits)
    if mutant.is_control:
        return Result(mutant.name, replay.run(body))
    fault, verdicts = validity.fault(mutant, body)
    outcome = replay.run(body) if fault is None else None
    return Result(mutant.name, outcome, fault, verdicts)


def _to_log(log: Path) -> None:
    """Write what the tests or pytest print to a file: the terminal belongs to the parent."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
