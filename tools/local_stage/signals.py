"""Ctrl-C and its relatives: the first one ends the work in order, later ones wait for that."""

from __future__ import annotations

import signal
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked this process to end; `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


def stop_in_order() -> None:
    """From now on the first ending signal raises Stopped in the main thread."""
    for number in ENDING:
        signal.signal(number, _stop)


def _stop(number: int, _: FrameType | None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)
