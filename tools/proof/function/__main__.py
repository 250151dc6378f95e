"""`python -m tools.proof function`: exit 0 all killed, 1 a survivor, 2 could not run."""

from __future__ import annotations

import argparse
import fnmatch
import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout

import pytest

from contract import promises
from tools.proof.function import mutants as made
from tools.proof.function.mutants import ROOT
from tools.proof.function.replay import Replay
from tools.proof.function.report import Report, named, reviewed

FOLDER = ROOT / "build" / "mutation"
# they run other programs, or read sources, and so cannot see a mutant
BLIND = (
    "test_promises.py",
    "test_synthesis.py",
    "test_openapi.py",
    "test_benchmarks.py",
    "test_mutation_rules.py",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and write the report."""
    options = _options(arguments)
    mutants = made.make(FOLDER / "unit")
    chosen = [mutant for mutant in mutants if fnmatch.fnmatch(mutant.place, options.only)]
    if not chosen:
        return _cannot(f"no mutant is in a function like {options.only!r}")
    print(f"{len(chosen)} mutants of {len({mutant.place for mutant in chosen})} functions")
    replay = Replay(chosen, options.jobs, named())
    said = io.StringIO()
    with redirect_stdout(said):
        code = pytest.main(_pytest_arguments(), plugins=[replay])
    if replay.red:
        return _cannot("these tests fail on the unchanged code: " + ", ".join(replay.red[:5]))
    if not replay.verdicts:
        print(said.getvalue(), file=sys.stderr)
        return _cannot(f"pytest could not run the tests (its exit code is {int(code)})")
    return _report(replay, whole=options.only == "*")


def _report(replay: Replay, *, whole: bool) -> int:
    promised = {name for name, promise in promises.load().items() if "unit" in promise.levels}
    report = Report(replay.verdicts, replay.proofs, frozenset(promised), reviewed(), whole)
    print("\n".join(report.lines()))
    if whole:
        report.write(FOLDER / "unit.json")
    return 0 if report.good else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.proof function",
        description="Mutates the function and the stage settings, and runs the unit tests on "
        "every mutant. Exit code: 0 all killed and every promise shown to be breakable, "
        "1 not so, 2 could not run.",
    )
    parser.add_argument(
        "--only", default="*", metavar="PATTERN", help="functions, like lambda_function.values.*"
    )
    # twice as many as processors, as some tests wait for a table that hangs
    jobs = 2 * (os.cpu_count() or 1)
    parser.add_argument("--jobs", type=_positive, default=jobs, help="processes at once")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _pytest_arguments() -> list[str]:
    files = [
        str(file)
        for file in sorted((ROOT / "tests_unit").glob("test_*.py"))
        if file.name not in BLIND
    ]
    quiet = ["-q", "--no-header", "--tb=line", "-p", "no:cacheprovider"]
    return [*files, *quiet, "--hypothesis-profile=mutation"]


def _cannot(reason: str) -> int:
    print(f"could not run: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
