"""How a stage ends, and how it goes on without a terminal.

The first Ctrl-C, or signal like it, ends the work; later ones wait until that is done.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from tools.local_stage import state
from tools.local_stage.programs import LocalStageError

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 20.0


class Stopped(BaseException):
    """This process was asked to end; `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


def raise_when_stopped() -> None:
    """Let the first ending signal raise Stopped in the main thread."""
    for number in ENDING:
        signal.signal(number, _stop)


def _stop(number: int, _: FrameType | None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)


def in_background(work: Callable[[Callable[[Path], None]], int]) -> int:
    """Run `work(leave)` in a child; return 0 when it leaves, or else its exit code.

    The child writes to this terminal until it calls `leave(log)`, then to that file.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.setsid()
        os._exit(work(lambda log: _leave(log, writing)))
    os.close(writing)
    try:
        if os.read(reading, 1):
            return 0
    except Stopped:
        os.kill(child, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _leave(log: Path, writing: int) -> None:
    with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.write(writing, b"1")
    os.close(writing)


def end(served: state.Served) -> None:
    """End what another process serves: by SIGTERM, then by SIGKILL. Raises LocalStageError."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(served.pid, number)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if state.gone(served.port):
                return
            time.sleep(0.05)
    raise LocalStageError(f"process {served.pid} on port {served.port} does not end")
