"""A started program ends with everything that it started, and its log says why it failed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.local_stage import programs
from tools.local_stage.programs import last_words

# Starts a child that ignores SIGTERM, prints the child's id, and waits.
STUBBORN = """
import signal, subprocess, sys, time
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
print(subprocess.Popen([sys.executable, "-c", child]).pid, flush=True)
time.sleep(60)
"""
STARTER = """
import os, sys, time
from pathlib import Path
from tools.local_stage import programs
log = Path(sys.argv[1])
programs.start([sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); "
    "time.sleep(60)"], log=log, env=os.environ, cwd=log.parent)
time.sleep(60)
"""


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "still false after 10 s"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Return whether the process runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("within", [0.0, 0.5])
def test_program_ends_with_everything_that_it_started(tmp_path: Path, within: float) -> None:
    log = tmp_path / "log"
    words = [sys.executable, "-c", STUBBORN]
    process = programs.start(words, log=log, env=os.environ, cwd=tmp_path)
    until(lambda: bool(log.read_text()))
    grandchild = int(log.read_text())
    assert alive(grandchild)
    programs.end(process, within=within)
    assert process.returncode == (-signal.SIGTERM if within else -signal.SIGKILL)
    until(lambda: not alive(grandchild))


def test_program_gets_time_to_end(tmp_path: Path) -> None:
    script = "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    log = tmp_path / "log"
    process = programs.start(["sh", "-c", script], log=log, env=os.environ, cwd=tmp_path)
    until(lambda: "ready" in log.read_text())
    programs.end(process, within=10)
    assert log.read_text().endswith("saved\n")
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_program_does_not_outlive_killed_starter(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", STARTER, str(log)]) as starter:
        until(lambda: log.exists() and bool(log.read_text()))
        started = int(log.read_text())
        starter.kill()
    until(lambda: not alive(started))


def test_exit_code_is_put_into_words() -> None:
    assert programs.ended_by(-signal.SIGKILL) == "ended by SIGKILL"
    assert programs.ended_by(0) == "ended by itself"


LOGS = {
    "error: stage 'nope' is not known: allowed is local\npython app.py: Subprocess exited with"
    " error 2\n": "stage 'nope' is not known: allowed is local",
    "Traceback (most recent call last):\n  File x\nKeyError: 'stage'\n": "KeyError: 'stage'",
    "\x1b[31m ❌  UserApi-local failed: ROLLBACK\x1b[39m\n    at there (index.js:1)\n\n": (
        "UserApi-local failed: ROLLBACK"
    ),
    "starting\nready\n": "ready",
    "": "it printed nothing",
}


@pytest.mark.parametrize("written", LOGS)
def test_last_words_say_why_program_failed(tmp_path: Path, written: str) -> None:
    log = tmp_path / "log"
    log.write_text(written, encoding="utf-8")
    assert last_words(log) == LOGS[written]


def test_boto3_is_imported_with_its_clients() -> None:
    """Not later: an import may swallow the exception that a signal raises."""
    script = "import sys, tools.local_stage.clients; sys.exit('boto3.session' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
