"""One process of the pool: collects the suite once, then answers jobs until told to stop."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from template_mutation import template as templates
from template_mutation.edits import Edit, apply
from template_mutation.errors import CannotRunError
from template_mutation.replay import Outcome, Replay, Test
from template_mutation.validity import Validity

PYTEST_ARGUMENTS = ("-p", "no:cacheprovider", "--assert=plain", "--tb=line", "-q", "-ra", "-s")


@dataclass(frozen=True)
class Suite:
    """What every worker needs: the template's file, and pytest's arguments."""

    template: Path
    arguments: tuple[str, ...]
    log: Path


@dataclass(frozen=True)
class Ready:
    """The collected tests, and which of them are red without a mutation."""

    tests: tuple[Test, ...]
    baseline: Outcome


@dataclass(frozen=True)
class Job:
    """Edits to apply and replay; `check` asks first whether the result is a valid template."""

    name: str
    edits: tuple[Edit, ...]
    check: bool = False


@dataclass(frozen=True)
class Result:
    """A job's outcome, or the reason why its template is invalid."""

    name: str
    outcome: Outcome | None
    invalid: str | None = None


def main(connection: Connection, suite: Suite) -> None:
    """The process's entry. Sends Ready (or a line of text: could not start), then Results."""
    _to_log(suite.log)
    template = templates.load(suite.template)
    plugin = Replay(lambda replay: _serve(connection, replay, template))
    try:
        code = pytest.main([*suite.arguments, *PYTEST_ARGUMENTS], plugins=[plugin])
    except CannotRunError as error:
        connection.send(str(error))
        return
    if not plugin.items:
        connection.send(_reason(suite.log, int(code)))


def _serve(connection: Connection, replay: Replay, template: templates.Template) -> None:
    if not any(test.takes_template for test in replay.tests):
        connection.send("no collected test takes the `template` fixture")
        return
    validity = Validity(template)
    connection.send(Ready(tuple(replay.tests), replay.baseline(template.copy())))
    while (job := connection.recv()) is not None:
        connection.send(_answer(job, replay, template, validity))


def _answer(job: Job, replay: Replay, template: templates.Template, validity: Validity) -> Result:
    body: dict[str, Any] = apply(template.copy(), job.edits)
    fault = validity.fault(body) if job.check else None
    if fault is not None:
        return Result(job.name, None, fault)
    return Result(job.name, replay.run(body))


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
