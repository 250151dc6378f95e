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


class CannotMeasureError(Exception):
    """A level failed, so its time says nothing; the message names it."""


@dataclass(frozen=True)
class Row:
    """The seconds of one level; None where it was not measured."""

    level: str
    cold: float | None
    warm: float | None
    budget: float | None

    def __str__(self) -> str:
        figures = (_shown(value) for value in (self.cold, self.warm, self.budget))
        return f"| {self.level} | {' | '.join(figures)} |"


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table; 0 within the budgets, 1 over one, 2 could not measure."""
    options = _parser().parse_args(arguments)
    try:
        cold = _cold(options.levels) if options.cold else {}
        warm = {level: _warm(level, options.runs) for level in options.levels}
    except CannotMeasureError as problem:
        print(f"could not measure: {problem}", file=sys.stderr)
        return 2
    rows = table(cold, warm)
    print("\n".join(["| level | cold s | warm s | budget s, warm |", "|---|---:|---:|---:|"]))
    print("\n".join(map(str, rows)))
    print(
        f"\n{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}."
    )
    return 1 if any(over(row) for row in rows) else 0


def table(cold: Mapping[str, float], warm: Mapping[str, float]) -> list[Row]:
    """Make a row for each level, and one for all of them together."""
    names = [*([ENVIRONMENT] if cold else []), *warm]
    rows = [Row(name, cold.get(name), warm.get(name), BUDGETS.get(name)) for name in names]
    whole = Row("all", sum(cold.values()) or None, sum(warm.values()), None)
    if set(warm) == set(BUDGETS):
        whole = Row("all", whole.cold, whole.warm, WHOLE_WARM)
    return [*rows, whole]


def over(row: Row) -> bool:
    """Tell whether a row is over its budget."""
    late = row.budget is not None and row.warm is not None and row.warm > row.budget
    return late or (row.level == "all" and row.cold is not None and row.cold > WHOLE_COLD)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks loop", description=__doc__)
    parser.add_argument("levels", nargs="*", default=list(BUDGETS), metavar="LEVEL")
    parser.add_argument("--runs", type=int, choices=range(1, 21), default=3, metavar="N")
    parser.add_argument("--cold", action="store_true", help="also in a fresh clone")
    return parser


def _warm(level: str, runs: int) -> float:
    return statistics.median(_seconds(level, ROOT, os.environ) for _ in range(runs))


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


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
