"""A process of the pool: collects the suite once, then answers for one mutant after another."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ...template import Template
from ..shared.command import CannotRunError
from ..shared.suite import Suite, collect
from .assertions import Assertions
from .edits import Mutant, mutated
from .replay import FIXTURE, CollectedTest, Outcome, Replay
from .validity import Validity


@dataclass(frozen=True)
class Settings:
    """What every worker needs: the template, pytest's arguments, and a file for what tests print.

    `variables` are those of the environment. Without a template the worker finds it: that of the
    stack named `stack`, or the first one.
    """

    template: Template | None
    arguments: tuple[str, ...]
    log: Path
    variables: Mapping[str, str]
    stack: str | None = None


@dataclass(frozen=True)
class Ready:
    """The collected tests, and which of them are red without a mutation."""

    tests: tuple[CollectedTest, ...]
    baseline: Outcome


@dataclass(frozen=True)
class Result:
    """A mutant's outcome, or the reason why it is invalid.

    `lost` says why nothing is known: its process died or hung.
    """

    name: str
    outcome: Outcome | None = None
    invalid: str | None = None
    lost: str = ""


def main(connection: Connection, settings: Settings) -> None:
    """Send a Template or Ready, or a line of text when the suite cannot be replayed; then Results.

    Before Ready it takes the node ids of the tests that its baseline shall run; None for all.
    """
    _to_log(settings.log)
    os.environ.clear()
    os.environ.update(settings.variables)
    # The CDK's own check of each synthesized template takes seconds and changes none of them.
    os.environ.setdefault("CDK_VALIDATION", "false")
    sys.path.insert(0, str(Path.cwd()))  # as `python -m pytest` does
    assertions = Assertions(settings.template.copy() if settings.template else None)
    serve = _serve if settings.template else _find
    try:
        collect(
            (*settings.arguments, "--assert=plain"),
            lambda suite: serve(connection, suite, settings, assertions),
            [assertions],
        )
    except CannotRunError as error:
        connection.send(str(error))


def _find(connection: Connection, suite: Suite, settings: Settings, assertions: Assertions) -> None:
    """Send the template that the suite makes while it is collected, or in its tests."""
    for item in [None, *suite.items]:
        if item is not None:
            suite.run(item)
        for template in assertions.found:
            if settings.stack in (None, template.stack_name):
                connection.send(template)
                return
    names = ", ".join(dict.fromkeys(template.stack_name for template in assertions.found))
    raise CannotRunError(
        f"--stack {settings.stack}: the tests make templates of {names}"
        if names
        else "no test makes a template with aws_cdk.assertions: name its file by --template"
    )


def _serve(
    connection: Connection, suite: Suite, settings: Settings, assertions: Assertions
) -> None:
    template = settings.template
    assert template is not None
    validity = Validity(template)
    replay = Replay(suite, assertions)
    suite.session.config.pluginmanager.register(replay)
    baseline = replay.baseline(template.body, connection.recv())
    tests = replay.tests()
    if not any(test.takes_template for test in tests):
        raise CannotRunError(
            f"no collected test takes the `{FIXTURE}` fixture or looks at this template "
            "with aws_cdk.assertions"
        )
    connection.send(Ready(tests, baseline))
    while (mutant := connection.recv()) is not None:
        connection.send(_answer(mutant, replay, template, validity))


def _answer(mutant: Mutant, replay: Replay, template: Template, validity: Validity) -> Result:
    body = mutated(template, mutant)
    fault = None if mutant.is_control else validity.own_fault(mutant, body)
    return Result(mutant.name, None if fault else replay.run(body), fault)


def _to_log(log: Path) -> None:
    """Write what the tests or pytest print to a file: the terminal belongs to the parent."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
