"""Starts programs that have a log, fail in one clear line, and never outlive this process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

WATCHED = Path(__file__).with_name("watched.py")
WITHIN = 300.0


class LocalStageError(Exception):
    """The local stage cannot be served; the message says why and where the log is."""


def with_log(message: str, log: Path) -> LocalStageError:
    """Return the error of a step that wrote `log`."""
    return LocalStageError(f"{message} (log: {log})")


def last_words(log: Path) -> str:
    """Return the line of a log that says why its program failed: the last that names an error."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8", errors="replace"))
    # the CDK CLI's remark on its app says less than the app itself
    lines = [line.strip() for line in text.splitlines() if "exited with error" not in line]
    errors = [line for line in lines if re.search(r"error|❌|failed", line, re.IGNORECASE)]
    last = (errors or list(filter(None, lines)) or ["it printed nothing"])[-1]
    return re.sub(r"^(error|❌)[: ]*", "", last, flags=re.IGNORECASE)


def start(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    home: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` as the head of a process group of its own, writing to `log`.

    The kernel ends it when the calling *thread* ends (Linux), so call this from
    a thread that lives as long as the program should. In `home`, a new folder, are its home
    and its temporary files.
    """
    if home:
        home.mkdir()
        env = {**env, "HOME": str(home), "TMPDIR": str(home)}
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", WATCHED, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            pass_fds=pass_fds,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], *, within: float = 0.0) -> None:
    """End a program and everything that it started: by SIGTERM `within` seconds, or by SIGKILL."""
    try:
        if within:
            _signal_group(process, signal.SIGTERM)
            process.wait(within)
    except subprocess.TimeoutExpired:
        pass
    finally:
        # also when the head is gone: what it started may not be
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def ended_by(code: int) -> str:
    """Return an exit code of 0 or less in words."""
    return f"ended by {signal.Signals(-code).name}" if code else "ended by itself"


@dataclass(frozen=True)
class Step:
    """A program that does one step and ends."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self, check_alive: Callable[[], None]) -> None:
        """Wait for its end. Raises LocalStageError when it fails, or what `check_alive` raises."""
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            try:
                code = self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                check_alive()
                continue
            if code:
                check_alive()
                raise with_log(f"{self.name} failed: {last_words(self.log)}", self.log)
            return
        raise with_log(f"{self.name} took longer than {WITHIN:.0f} s", self.log)


@contextmanager
def step(
    name: str, command: Sequence[str], *, env: Mapping[str, str], folder: Path, cwd: Path
) -> Iterator[Step]:
    """Start a program that ends with the block at the latest.

    Its log is in `folder`, and so are its home and its temporary files.
    """
    word = name.rpartition(" ")[2]
    log = folder / f"{word}.log"
    process = start(command, log=log, env=env, cwd=cwd, home=folder / f"{word}-home")
    try:
        yield Step(name, process, log)
    finally:
        end(process)
