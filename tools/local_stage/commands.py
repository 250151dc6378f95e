"""A program that does one step of the way, with a log of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.local_stage import processes
from tools.local_stage.emulator import Emulator
from tools.local_stage.problems import last_words, with_log

WITHIN = 300.0


@dataclass(frozen=True)
class Command:
    """A program under way."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self, emulator: Emulator) -> None:
        """Wait for its end. Raises LocalStageError when it fails, or the emulator does."""
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            try:
                code = self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                emulator.check_alive()
                continue
            if code:
                emulator.check_alive()
                raise with_log(f"{self.name} failed: {last_words(self.log)}", self.log)
            return
        raise with_log(f"{self.name} took longer than {WITHIN:.0f} s", self.log)


@contextmanager
def started(
    name: str, words: Sequence[str], *, env: Mapping[str, str], folder: Path, cwd: Path
) -> Iterator[Command]:
    """Start a program; it ends with the block at the latest.

    Its log is in `folder`, and so are its home and its temporary files.
    """
    word = name.rpartition(" ")[2]
    log, home = folder / f"{word}.log", folder / f"{word}-home"
    home.mkdir()
    own = {"HOME": str(home), "TMPDIR": str(home)}
    process = processes.start(words, log=log, env={**env, **own}, cwd=cwd)
    try:
        yield Command(name, process, log)
    finally:
        processes.end(process)
