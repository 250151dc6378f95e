"""`python -m tools.benchmarks development`: how long a developer waits for the local stage.

From the start of the local stage until it answers, and from saving a source of the function until
the answer shows the change. The processor time of the programs that are started tells what a busy
machine hides.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import requests

from tools.local_stage.__main__ import INTERVAL
from tools.local_stage.changes import PACKAGE, Changes
from tools.local_stage.clients import Clients
from tools.local_stage.serving import RunningStage, serve

ROOT = Path(__file__).resolve().parents[2]
BUDGETS = {"start": 6.0, "change": 2.0}  # seconds
MESSAGE = "There is no user with this userId."


@dataclass(frozen=True)
class Waited:
    """The seconds of one start and of one change after it."""

    start: float
    change: float
    processor: float  # of the CDK CLI, the emulator and the function


def measure(options: argparse.Namespace) -> int:
    """Print a table; return 0 within the budgets, 1 over one. Raises LocalStageError or OSError."""
    runs = [_waited() for _ in range(options.runs)]
    print("| what | s | budget s |\n|---|---:|---:|")
    medians = {name: statistics.median(getattr(run, name) for run in runs) for name in BUDGETS}
    for name, seconds in medians.items():
        print(f"| {name} | {seconds:.1f} | {BUDGETS[name]:.0f} |")
    print(f"\nProcessor time: {statistics.median(run.processor for run in runs):.1f} s.")
    return 1 if any(seconds > BUDGETS[name] for name, seconds in medians.items()) else 0


def _waited() -> Waited:
    before, started = _processor(), time.monotonic()
    with serve(cdk_bootstrap=True) as running, tempfile.TemporaryDirectory() as folder:
        _message(running)
        start = time.monotonic() - started
        change = _change(running, Path(folder))
    return Waited(start, change, _processor() - before)


def _change(running: RunningStage, root: Path) -> float:
    """Change a copy of the function, and look for changes as often as `make local` does."""
    package = shutil.copytree(ROOT / PACKAGE, root / PACKAGE)
    with closing(Clients(running.emulator)) as clients:
        changes = Changes(clients, running.outputs, root=root, asset=running.asset)
        file = package / "answers.py"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(MESSAGE, "changed"), encoding="utf-8")
        saved = time.monotonic()
        while "changed" not in _message(running):
            time.sleep(INTERVAL)
            changes.serve()
        return time.monotonic() - saved


def _message(running: RunningStage) -> str:
    """Return what the stage answers for an unknown user."""
    url, ca_bundle = f"{running.url}/user/nobody", str(running.ca_bundle)
    return requests.get(url, verify=ca_bundle, timeout=30).text


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
