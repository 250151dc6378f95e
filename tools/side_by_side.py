"""Runs commands side by side, and prints what they print as if one came after the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

INTERVAL = 0.1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class _Running:
    """A command; what it prints goes to a file until it is its turn to be shown."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]
    started: float
    shown: int = 0
    seconds: float | None = None  # how long it took, once it has ended

    def ended(self) -> bool:
        """Tell whether the command has ended, and note when that is seen first."""
        if self.seconds is None and self.process.poll() is not None:
            self.seconds = time.monotonic() - self.started
        return self.seconds is not None

    def show(self) -> None:
        """Print what the command printed since the last call."""
        text = os.pread(self.output.fileno(), os.fstat(self.output.fileno()).st_size, self.shown)
        self.shown += len(text)
        sys.stdout.buffer.write(text)
        sys.stdout.flush()


def run(commands: Mapping[str, Sequence[str]]) -> list[int]:
    """Run the commands, by name, and return their exit codes.

    Shown is the output of the first as it comes, then that of the next. Signals reach all of
    them, and they end in their own time.
    """
    with ExitStack() as stack:
        running = {}
        for name, command in commands.items():
            output = stack.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            running[name] = _Running(process, output, time.monotonic())
        for number in SIGNALS:
            before = signal.signal(number, lambda number, _: _pass_on(number, running))
            stack.callback(signal.signal, number, before)
        print(f"side by side: {', '.join(commands)}", flush=True)
        for name, each in running.items():
            print(f"--- {name}", flush=True)
            _show(each, running.values())
            code = each.process.returncode
            how = "done" if code == 0 else f"ended with {code}"
            print(f"--- {name} {how} after {each.seconds:.0f} s", flush=True)
        return [each.process.returncode for each in running.values()]


def _show(one: _Running, everyone: Collection[_Running]) -> None:
    """Print the output of one command until it ends."""
    while not one.ended():
        one.show()
        time.sleep(INTERVAL)
        for each in everyone:
            each.ended()
    one.show()


def _pass_on(number: int, running: Mapping[str, _Running]) -> None:
    """Send a signal to the commands; Ctrl-C at a terminal has reached them already."""
    if number != signal.SIGINT or not os.isatty(0):
        for each in running.values():
            if each.process.poll() is None:
                each.process.send_signal(number)
