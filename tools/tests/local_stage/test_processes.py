"""What is started ends, and so does what it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.local_stage import processes

# Starts a child that does not mind SIGTERM, says the child's id, and waits.
STUBBORN = """
import signal, subprocess, sys, time
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
print(subprocess.Popen([sys.executable, "-c", child]).pid, flush=True)
time.sleep(60)
"""
STARTER = """
import os, sys, time
from pathlib import Path
from tools.local_stage import processes
log = Path(sys.argv[1])
processes.start([sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); "
    "time.sleep(60)"], log=log, env=os.environ, cwd=log.parent)
time.sleep(60)
"""


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited for 10 s in vain"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("within", [0.0, 0.5])
def test_a_program_ends_with_everything_that_it_started(tmp_path: Path, within: float) -> None:
    log = tmp_path / "log"
    words = [sys.executable, "-c", STUBBORN]
    process = processes.start(words, log=log, env=os.environ, cwd=tmp_path)
    until(lambda: bool(log.read_text()))
    grandchild = int(log.read_text())
    assert alive(grandchild)
    processes.end(process, within=within)
    assert process.returncode == (-signal.SIGTERM if within else -signal.SIGKILL)
    until(lambda: not alive(grandchild))


def test_a_program_that_ends_in_order_may_do_so(tmp_path: Path) -> None:
    script = "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    log = tmp_path / "log"
    process = processes.start(["sh", "-c", script], log=log, env=os.environ, cwd=tmp_path)
    until(lambda: "ready" in log.read_text())
    processes.end(process, within=10)
    assert log.read_text().endswith("saved\n")
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux tells a parent's death")
def test_a_program_does_not_outlive_a_starter_that_was_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", STARTER, str(log)]) as starter:
        until(lambda: log.exists() and bool(log.read_text()))
        started = int(log.read_text())
        starter.kill()
    until(lambda: not alive(started))


def test_how_a_program_ended_in_words() -> None:
    assert processes.ended_by(-signal.SIGKILL) == "ended by SIGKILL"
    assert processes.ended_by(0) == "ended by itself"
