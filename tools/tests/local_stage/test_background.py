"""Work that goes on in the background once it is under way."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

SCRIPT = """
import sys, time
from pathlib import Path
from tools.local_stage.background import in_background, raise_when_stopped

def work(leave):
    print("in front", flush=True)
    {during}
    leave(Path(sys.argv[1]))
    print("behind", flush=True)
    time.sleep(0.3)
    Path(sys.argv[1]).with_name("done").touch()
    return 5

raise_when_stopped()
sys.exit(in_background(work))
"""


def detached(tmp_path: Path, during: str = "pass") -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", SCRIPT.format(during=during), str(tmp_path / "log")]
    return subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)


def test_command_returns_when_work_is_under_way(tmp_path: Path) -> None:
    done = detached(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "in front\n", "")
    assert not (tmp_path / "done").exists()
    deadline = time.monotonic() + 10
    while not (tmp_path / "done").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (tmp_path / "log").read_text() == "behind\n"


def test_work_that_fails_before_returns_its_exit_code(tmp_path: Path) -> None:
    done = detached(tmp_path, "return 2")
    assert (done.returncode, done.stdout) == (2, "in front\n")
