"""The steps of a release say in one line why they failed, and end when they are interrupted."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tools.release_gate.releasing import command, steps
from tools.release_gate.releasing.steps import last_line

# A program that a step runs: it notes when it starts and how it ends.
PROGRAM = """
import time
from pathlib import Path
try:
    Path("started").touch()
    time.sleep(60)
except KeyboardInterrupt:
    with open("cleaned", "a") as file:
        file.write("cleaned\\n")
    time.sleep(0.3)
"""
STUBBORN = PROGRAM.replace("import time", "import signal, time; signal.signal(2, signal.SIG_IGN)")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "..F\nFAILED t.py::test_x - too slow\n1 failed, 2 passed\n",
            "FAILED t.py::test_x - too slow",
        ),
        ("deploying\nerror: no rights\nat main.js:1\n", "error: no rights"),
        ("done\n\n", "done"),
        ("refuse to prod: 2 findings\nreports: x\n::error::y\n", "refuse to prod: 2 findings"),
        ("", "it printed nothing"),
    ],
)
def test_red_step_says_why_in_one_line(tmp_path: Path, text: str, line: str) -> None:
    log = tmp_path / "step.log"
    log.write_text(text)
    assert last_line(log) == line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_step_lets_its_program_clean_up(tmp_path: Path, number: signal.Signals) -> None:
    assert _interrupted(tmp_path, PROGRAM, number, grace=20.0) == 9
    assert (tmp_path / "cleaned").read_text() == "cleaned\n"


def test_program_that_ignores_interruption_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    assert _interrupted(tmp_path, STUBBORN, signal.SIGTERM, grace=0.1) == 9
    assert time.monotonic() - started < 50
    assert not (tmp_path / "cleaned").exists()


def test_program_that_is_just_being_started_does_not_outlive_interruption(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import time; time.sleep(20)")
    step = multiprocessing.get_context("fork").Process(
        target=_step_hit_while_starting, args=(tmp_path,)
    )
    step.start()
    step.join(timeout=30)
    assert step.exitcode == 9
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def _step_hit_while_starting(folder: Path) -> None:
    class Hit(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            (folder / "pid").write_text(str(self.pid))
            os.kill(os.getpid(), signal.SIGTERM)

    pytest.MonkeyPatch().setattr(subprocess, "Popen", Hit)
    _step(folder, 20.0)


def _interrupted(folder: Path, program: str, number: signal.Signals, *, grace: float) -> int:
    """Signal a step whose program is running, and return its exit code."""
    (folder / "program.py").write_text(program)
    step = multiprocessing.get_context("fork").Process(target=_step, args=(folder, grace))
    step.start()
    assert step.pid
    deadline = time.monotonic() + 60
    while not (folder / "started").exists():
        assert step.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(step.pid, number)
    step.join(timeout=30)
    assert step.exitcode is not None
    return step.exitcode


def _step(folder: Path, grace: float) -> None:
    steps.GRACE_SECONDS = grace
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where nohup has the tests ignore it
    command._interrupt_on_signals()
    try:
        steps.Steps(folder, print).run("step", ["program"], env=os.environ, cwd=folder)
    except KeyboardInterrupt:
        sys.exit(9)
