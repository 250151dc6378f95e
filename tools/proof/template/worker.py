"""One process of the pool: collects the suite once, then answers for mutants until told to stop."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from ...template import Template
from ..shared.command import CannotRunError
from .edits import Mutant, apply
from .replay import CollectedTest, Outcome, Replay
from .validity import Validity, Verdicts

PYTEST_ARGUMENTS = ("-p", "no:cacheprovider", "--assert=plain", "--tb=line", "-q", "-ra", "-s")


@dataclass(frozen=True)
class Suite:
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


def main(connection: Connection, suite: Suite) -> None:
    """The process's entry. Sends Ready (or a line of text: could not start), then Results."""
    _to_log(suite.log)
    template = Template.load(suite.template)
    plugin = Replay(lambda replay: _serve(connection, replay, template, suite.verdicts))
    try:
        code = pytest.main([*suite.arguments, *PYTEST_ARGUMENTS], plugins=[plugin])
    except CannotRunError as error:
        connection.send(str(error))
        return
    if not plugin.items:
        connection.send(_reason(suite.log, int(code)))


def _serve(connection: Connection, replay: Replay, template: Template, verdicts: Verdicts) -> None:
    if not any(test.takes_template for test in replay.tests):
        connection.send("no collected test takes the `template` fixture")
        return
    validity = Validity(template, dict(verdicts))
    connection.send(Ready(tuple(replay.tests), replay.baseline(template.copy())))
    while (mutant := connection.recv()) is not None:
        connection.send(_answer(mutant, replay, template, validity))


def _answer(mutant: Mutant, replay: Replay, template: Template, validity: Validity) -> Result:
    body: dict[str, Any] = apply(template.copy(), mutant.edits)
    if mutant.is_control:
        return Result(mutant.name, replay.run(body))
    fault, verdicts = validity.fault(mutant, body)
    if fault is not None:
        return Result(mutant.name, None, fault, verdicts)
    return Result(mutant.name, replay.run(body), None, verdicts)


def _to_log(log: Path) -> None:
    """Whatever the tests or pytest print goes to a file: the terminal is the parent's."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)


def _reason(log: Path, code: int) -> str:
    """One line out of pytest's own words."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    told = [line for line in lines if re.match(r"(ERROR|E  |INTERNALERROR> \w+Error)", line)]
    if code == int(pytest.ExitCode.NO_TESTS_COLLECTED):
        return "no tests were collected"
    return f"pytest could not collect the tests: {told[-1].strip() if told else f'exit {code}'}"
