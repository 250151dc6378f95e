"""`python -m tools.benchmarks loop`: how long each level of the tests takes, and `make test`.

Warm is the median of several runs in this folder; cold is one run in a fresh clone with an empty
home folder, where packages and verdicts have to be made first. `make test` runs two levels side by
side, so it takes less time than the sum of them.
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT, ALL = "environment", "make test"
# level -> how many seconds it may take, warm and on two cores
BUDGETS = {
    "lint": None,
    "types": None,
    "unit": 12,
    "infra": 9,
    "tools": 30,
    "programs": None,
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
    whole = [ALL] if set(options.levels) == set(BUDGETS) else []
    cold = _cold(options.levels, whole) if options.cold else {}
    warm = {
        name: statistics.median(_seconds(name, ROOT, os.environ) for _ in range(options.runs))
        for name in [*options.levels, *whole]
    }
    rows = table(cold, warm)
    print("| level | cold s | warm s | budget s, warm |", "|---|---:|---:|---:|", *rows, sep="\n")
    machine = f"{os.cpu_count()} processors, {platform.machine()}"
    print(f"\n{machine}, Python {platform.python_version()}.")
    return 1 if any(over(row) for row in rows) else 0


def table(cold: Mapping[str, float], warm: Mapping[str, float]) -> list[Row]:
    """Make a row of everything that was measured."""
    budgets = {**BUDGETS, ALL: WHOLE_WARM}
    names = [*([ENVIRONMENT] if cold else []), *warm]
    return [Row(name, cold.get(name), warm.get(name), budgets.get(name)) for name in names]


def over(row: Row) -> bool:
    """Tell whether a row is over its budget."""
    late = row.budget is not None and row.warm is not None and row.warm > row.budget
    return late or (row.level == ALL and row.cold is not None and row.cold > WHOLE_COLD)


def _cold(levels: Sequence[str], whole: Sequence[str]) -> dict[str, float]:
    """Measure the environment and each level in one fresh clone, and everything in another one."""
    seconds: dict[str, float] = {}
    for names in filter(None, ([ENVIRONMENT, *levels], whole)):
        with _fresh_clone() as (clone, environment):
            seconds |= {name: _seconds(name, clone, environment) for name in names}
    return seconds


@contextmanager
def _fresh_clone() -> Iterator[tuple[Path, dict[str, str]]]:
    with tempfile.TemporaryDirectory(prefix="user-api-cold-") as folder:
        clone, home = Path(folder, "clone"), Path(folder, "home")
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        yield clone, {**os.environ, "HOME": str(home)}


def _seconds(name: str, folder: Path, environment: Mapping[str, str]) -> float:
    print(f"{name} in {folder} ...", file=sys.stderr, flush=True)
    started = time.monotonic()
    level = [".make/bin/tox", "run", "-qq", "-e", name]
    command = ["make", *name.split()[-1:]] if name in (ENVIRONMENT, ALL) else level
    # What it prints goes to standard error: the table is standard output.
    done = subprocess.run(command, cwd=folder, env=environment, stdout=2, check=False)
    if done.returncode:
        raise CannotMeasureError(f"{' '.join(command)} ended with {done.returncode}")
    return time.monotonic() - started
