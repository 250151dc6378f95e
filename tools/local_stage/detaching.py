"""Goes on in the background once the work is under way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tools.local_stage.signals import Stopped


def in_background(work: Callable[[Callable[[Path], None]], int]) -> int:
    """Run `work(leave)` in a child; return 0 when it leaves, or else its exit code.

    The child writes to this terminal until it calls `leave(log)`, then to that file.
    """
    left, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(left)
        os.setsid()
        os._exit(_work(work, tell))
    os.close(tell)
    try:
        if os.read(left, 1):
            return 0
    except Stopped:
        os.kill(child, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _work(work: Callable[[Callable[[Path], None]], int], tell: int) -> int:
    def leave(log: Path) -> None:
        with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        os.write(tell, b"1")
        os.close(tell)

    return work(leave)
