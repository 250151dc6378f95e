"""Starts programs that never outlive this process, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

WATCHED = Path(__file__).with_name("watched.py")


def start(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` as the head of a process group of its own, writing to `log`.

    The kernel ends it when the calling *thread* ends (Linux), so call this from
    a thread that lives as long as the program should.
    """
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
    """End the program and everything that it started: in order `within` seconds, or at once."""
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


def ended_by(code: int) -> str:
    """An exit code of 0 or less in words."""
    return f"ended by {signal.Signals(-code).name}" if code else "ended by itself"


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
