"""`python -m tools.rehearsal`: bad and good commits are released on this machine, offline.

Every bad one must be refused or put back for its reason, and every good one released; prod must
serve the right set with its data after each. Writes the logs, results.json
and summary.json to build/rehearsal.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from threading import Lock
from typing import NoReturn

from filelock import FileLock, Timeout

from tools.evidence import stamp
from tools.local_stage.programs import LocalStageError
from tools.rehearsal import corpus, table
from tools.rehearsal.corpus import Case, CorpusError
from tools.rehearsal.run import Rehearsal, Result
from tools.release_gate.problems import UndecidedError

FOLDER = Path("build/rehearsal")
BAD, COULD_NOT_RUN, INTERRUPTED = 1, 2, 130


class Parser(argparse.ArgumentParser):
    """A parser that names a wrong argument in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(COULD_NOT_RUN, f"{self.prog}: {message} (see --help)\n")


class Board:
    """Prints each case as it ends, from whichever thread, and keeps the results."""

    def __init__(self, total: int) -> None:
        self.total, self.results, self._lock = total, list[Result](), Lock()

    def done(self, result: Result) -> None:
        with self._lock:
            self.results.append(result)
            mark = "BAD" if result.problem else "ok"
            count = f"[{len(self.results):{len(str(self.total))}}/{self.total}]"
            seen = result.seen.decision
            text = f"{count} {mark:3} {result.case.name}: {seen}, {result.seconds:.1f} s"
            print(f"{text} ({result.folder})", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Rehearse and return the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cases = _chosen(options)
        if options.list:
            for case in cases:
                print(f"{case.name:34} {case.decision:12} {case.change}")
            return 0
        FOLDER.mkdir(parents=True, exist_ok=True)
        with FileLock(FOLDER / "lock", timeout=0):
            return _rehearse(cases, options)
    except (CorpusError, LocalStageError, UndecidedError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return COULD_NOT_RUN
    except Timeout:
        print(f"error: another rehearsal runs in {FOLDER}", file=sys.stderr)
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        print("interrupted: both stages are gone", file=sys.stderr)
        return INTERRUPTED


def _rehearse(cases: list[Case], options: argparse.Namespace) -> int:
    for old in FOLDER.iterdir():
        if old.name != "lock":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    board, started = Board(len(cases)), time.monotonic()
    Rehearsal(FOLDER.resolve(), board.done, _say).run(cases)
    content = {r.case.name: {**asdict(r.seen), "seconds": r.seconds} for r in board.results}
    (FOLDER / "results.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    problems = [result.problem for result in board.results if result.problem]
    summary = {**stamp(), "cases": len(cases), "as_expected": len(cases) - len(problems)}
    (FOLDER / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    good = len(cases) - len(problems)
    print(f"{good} of {len(cases)} cases as expected, {time.monotonic() - started:.0f} s")
    if options.write and not problems:
        table.write(cases, content)
    return BAD if problems else 0


def _say(text: str) -> None:
    print(f"{text} ...", file=sys.stderr, flush=True)


def _chosen(options: argparse.Namespace) -> list[Case]:
    """Return the cases that the options select. Raises CorpusError."""
    cases = corpus.load()
    for pattern in options.only:
        if not any(fnmatchcase(case.name, pattern) for case in cases):
            raise CorpusError(f"--only {pattern}: no case has this name (--list names them)")
    return [
        case
        for case in cases
        if (case.quick or not options.quick)
        and (not options.only or any(fnmatchcase(case.name, name) for name in options.only))
    ]


def _parser() -> Parser:
    parser = Parser(
        prog="python -m tools.rehearsal",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 all as expected, 1 a case is not, 2 could not run.",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="every case that the gate refuses without a stage, a good one, and one put back",
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="this case; * for any text"
    )
    parser.add_argument("--list", action="store_true", help="list the cases, and run nothing")
    parser.add_argument(
        "--write",
        action="store_true",
        help="write the table in docs/releasing.md when all cases are as expected",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
