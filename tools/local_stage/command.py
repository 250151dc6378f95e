"""Runs a command while stages are being served for it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Sequence

from tools.local_stage.programs import LocalStageError
from tools.local_stage.serving import RunningStage
from tools.local_stage.stopping import Stopped

PATIENCE = 15.0
# Variables that would lead an AWS SDK elsewhere, whatever else is set.
MISLEADING = re.compile(r"AWS_(PROFILE|DEFAULT_PROFILE|SESSION_TOKEN|ENDPOINT_URL\w*)")


class CommandFailedError(LocalStageError):
    """The command ended with `code`, so the logs of its stages are worth keeping."""

    def __init__(self, code: int, stages: Sequence[RunningStage]) -> None:
        logs = ", ".join(str(stage.emulator.log) for stage in stages)
        super().__init__(f"the command ended with {code}; the log of its stage: {logs}")
        self.code = code


def run(command: Sequence[str], stages: Sequence[RunningStage]) -> None:
    """Run `command` with the placeholders of `stages` filled in. Raises LocalStageError.

    `{url}` is the first stage's, `{staging.url}` that of the stage of this name. Its
    environment leads AWS clients to the first stage.
    """
    values = placeholders(stages)
    words = [filled(word, values) for word in command]
    try:
        process = subprocess.Popen(words, env=_environment(stages[0]))
    except OSError as error:
        raise LocalStageError(f"{words[0]} cannot be run: {error.strerror}") from None
    try:
        code = process.wait()
    except Stopped as stopped:
        _end(process, stopped.number)
        raise
    if code:
        raise CommandFailedError(code if code > 0 else 128 - code, stages)


def placeholders(stages: Sequence[RunningStage]) -> dict[str, str]:
    """Return what each placeholder, named without braces, stands for."""
    values = {}
    for stage in reversed(stages):
        own = {
            "url": stage.url,
            "ca_bundle": str(stage.ca_bundle),
            "stack_name": stage.stack_name,
            "table_name": stage.table_name,
            "stage": stage.stage,
            "endpoint": stage.environment["AWS_ENDPOINT_URL"],
        }
        values.update({f"{stage.stage}.{name}": value for name, value in own.items()})
        values.update(own)
    return values


def filled(word: str, values: dict[str, str]) -> str:
    """Replace each known placeholder in `word`; other braces stay as they are."""
    return re.sub(r"\{([\w.]+)\}", lambda found: values.get(found[1], found[0]), word)


def _environment(stage: RunningStage) -> dict[str, str]:
    theirs = {name: value for name, value in os.environ.items() if not MISLEADING.fullmatch(name)}
    return {
        **theirs,
        **stage.environment,
        "STAGE_URL": stage.url,
        "STAGE_CA_BUNDLE": str(stage.ca_bundle),
        "STAGE_NAME": stage.stage,
        "STACK_NAME": stage.stack_name,
        "TABLE_NAME": stage.table_name,
    }


def _end(process: subprocess.Popen[bytes], number: int) -> None:
    """Give the command time to end. A Ctrl-C at a terminal has reached it already."""
    if number != signal.SIGINT or not os.isatty(0):
        process.send_signal(number)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
