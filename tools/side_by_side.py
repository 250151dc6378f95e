"""Runs commands side by side, and prints what they print as if one came after the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
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
    shown: int = 0

    def show(self) -> None:
        """Print what the command printed since the last call."""
        text = os.pread(self.output.fileno(), os.fstat(self.output.fileno()).st_size, self.shown)
        self.shown += len(text)
        sys.stdout.buffer.write(text)
        sys.stdout.flush()

    def wait(self) -> int:
        """Show the output until the command ends; return its exit code."""
        while self.process.poll() is None:
            self.show()
            time.sleep(INTERVAL)
        self.show()
        return self.process.returncode


def run(commands: Mapping[str, Sequence[str]]) -> list[int]:
    """Run the commands, by name, and return their exit codes.

    Shown is the output of the first as it comes, then that of the next. Signals reach all of
    them, and they end in their own time.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        running = {}
        for name, command in commands.items():
            output = stack.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            running[name] = _Running(process, output)
        for number in SIGNALS:
            before = signal.signal(number, lambda number, _: _pass_on(number, running))
            stack.callback(signal.signal, number, before)
        print(f"side by side: {', '.join(commands)}", flush=True)
        codes = []
        for name, each in running.items():
            print(f"--- {name}", flush=True)
            codes.append(each.wait())
            seconds = time.monotonic() - started
            end = "done" if codes[-1] == 0 else f"ended with {codes[-1]}"
            print(f"--- {name} {end} after {seconds:.0f} s", flush=True)
        return codes


def _pass_on(number: int, running: Mapping[str, _Running]) -> None:
    """Send a signal to the commands; Ctrl-C at a terminal has reached them already."""
    if number != signal.SIGINT or not os.isatty(0):
        for each in running.values():
            if each.process.poll() is None:
                each.process.send_signal(number)
