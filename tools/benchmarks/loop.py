"""`python -m tools.benchmarks loop`: how long each level of the tests takes, and so all of them.

Warm is the median of several runs in this folder; cold is one run in a fresh clone with an empty
home folder, where packages and verdicts have to be made first.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = "environment"
# level -> how many seconds it may take, warm and on two cores
BUDGETS = {
    "lint": None,
    "types": None,
    "unit": 12,
    "infra": 9,
    "tools": 30,
    "e2e": 50,
    "mutation": 75,
    "rehearse": 90,
}
WHOLE_WARM, WHOLE_COLD = 180, 330


class CannotMeasureError(RuntimeError):
    """A level failed, so its time says nothing; the message names it."""


@dataclass(frozen=True)
class Row:
    """The seconds of one level; None where it was not measured."""

    level: str
    cold: float | None
    warm: float | None
    budget: float | None

    def __str__(self) -> str:
        seconds = (self.cold, self.warm, self.budget)
        figures = ("" if value is None else f"{value:.0f}" for value in seconds)
        return f"| {self.level} | {' | '.join(figures)} |"


def measure(options: argparse.Namespace) -> int:
    """Print a table; return 0 within the budgets, 1 over one. Raises CannotMeasureError."""
    cold = _cold(options.levels) if options.cold else {}
    warm = {
        level: statistics.median(_seconds(level, ROOT, os.environ) for _ in range(options.runs))
        for level in options.levels
    }
    rows = table(cold, warm)
    print("| level | cold s | warm s | budget s, warm |", "|---|---:|---:|---:|", *rows, sep="\n")
    machine = f"{os.cpu_count()} processors, {platform.machine()}"
    print(f"\n{machine}, Python {platform.python_version()}.")
    return 1 if any(over(row) for row in rows) else 0


def table(cold: Mapping[str, float], warm: Mapping[str, float]) -> list[Row]:
    """Make a row for each level, and one for all of them together."""
    names = [*([ENVIRONMENT] if cold else []), *warm]
    rows = [Row(name, cold.get(name), warm.get(name), BUDGETS.get(name)) for name in names]
    budget = WHOLE_WARM if set(warm) == set(BUDGETS) else None
    return [*rows, Row("all", sum(cold.values()) or None, sum(warm.values()), budget)]


def over(row: Row) -> bool:
    """Tell whether a row is over its budget."""
    late = row.budget is not None and row.warm is not None and row.warm > row.budget
    return late or (row.level == "all" and row.cold is not None and row.cold > WHOLE_COLD)


def _cold(levels: Sequence[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="user-api-cold-") as folder:
        clone, home = Path(folder, "clone"), Path(folder, "home")
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = {**os.environ, "HOME": str(home)}
        first = {ENVIRONMENT: _seconds("environment", clone, environment)}
        return first | {level: _seconds(level, clone, environment) for level in levels}


def _seconds(target: str, folder: Path, environment: Mapping[str, str]) -> float:
    print(f"{target} in {folder} ...", file=sys.stderr, flush=True)
    started = time.monotonic()
    # As `make test` runs it. What it prints goes to standard error: the table is standard output.
    level = [".make/bin/tox", "run", "-qq", "-e", target]
    command = ["make", ENVIRONMENT] if target == ENVIRONMENT else level
    done = subprocess.run(command, cwd=folder, env=environment, stdout=2, check=False)
    if done.returncode:
        raise CannotMeasureError(f"{' '.join(command)} ended with {done.returncode}")
    return time.monotonic() - started
