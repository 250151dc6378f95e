"""How the work ends: the first Ctrl-C, or signal like it, ends it; later ones are ignored."""

from __future__ import annotations

import signal
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
