"""The steps of a release: each has a name, a duration and a log, and fails in one line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools.release_gate.problems import UndecidedError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS = 60.0  # for an interrupted program: the e2e suite removes its users


class StepFailedError(Exception):
    """What a step looked at is bad; the message is one line that names the step and its log."""


@dataclass(frozen=True)
class Step:
    """A step that has ended."""

    name: str
    seconds: float
    log: Path
    good: bool


@dataclass
class Steps:
    """Runs steps; their logs are numbered files in `folder`."""

    folder: Path
    report: Callable[[str], None]
    done: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[Path]:
        """Time a step, and yield the path of its log."""
        word = re.sub(r"\W+", "-", name.lower())
        log = self.folder / f"{len(self.done) + 1:02}-{word}.log"
        self.report(f"{name} (log: {log})")
        log.touch()
        started, good = time.monotonic(), False
        try:
            yield log
            good = True
        finally:
            seconds = round(time.monotonic() - started, 1)
            self.done.append(Step(name, seconds, log, good))

    def run(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> None:
        """Run a module of this Python. Raises StepFailedError, or UndecidedError on exit code 2."""
        with self.step(name) as log:
            code = _code([sys.executable, "-m", *command], log, env, cwd)
            if code == 2:
                raise UndecidedError(f"{name}: {last_line(log)} (log: {log})")
            if code:
                raise StepFailedError(f"{name}: {last_line(log)} (log: {log})")


def _code(command: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path) -> int:
    """Run a program until it ends. One interruption lets it clean up, a second one kills it."""
    program = None
    try:
        with _interruptions_deferred():
            program = _started(command, log, env, cwd)
        return program.wait()
    except KeyboardInterrupt:
        if program:
            _end(program)
        raise


@contextmanager
def _interruptions_deferred() -> Iterator[None]:
    """Raise KeyboardInterrupt after the block, so that no program is lost while it is started."""
    late: list[int] = []
    numbers = [n for n in SIGNALS if signal.getsignal(n) is signal.default_int_handler]
    for number in numbers:
        signal.signal(number, lambda number, _: late.append(number))
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.default_int_handler)
    if late:
        raise KeyboardInterrupt


def _started(
    command: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            process_group=0,
        )


def _end(program: subprocess.Popen[bytes]) -> None:
    try:
        _signal(program.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            program.wait(GRACE_SECONDS)
    finally:
        _signal(program.pid, signal.SIGKILL)
        program.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def last_line(log: Path) -> str:
    """Return the line of a log that says why: pytest's first failure, or the last error."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8", errors="replace"))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("::")]  # GitHub's annotations
    failures = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    if failures:
        return failures[0]
    errors = [line for line in lines if re.search(r"error|❌|failed|refuse", line, re.IGNORECASE)]
    return (errors or lines or ["it printed nothing"])[-1]
