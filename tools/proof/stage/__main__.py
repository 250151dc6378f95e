"""`python -m tools.proof stage`: every fault, and the test that catches it."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from contract import promises
from tools.local_stage import LocalStageError
from tools.proof.stage.fault import Fault
from tools.proof.stage.faults import FAULTS
from tools.proof.stage.replay import function_of
from tools.proof.stage.run import CannotRunError, Verdict, faulty_stage, judged

ROOT = Path(__file__).resolve().parents[3]
OUTPUT = ROOT / "build" / "mutation" / "e2e.json"
STAGES = tuple(dict.fromkeys(fault.stage for fault in FAULTS))

Json = dict[str, Any]


def main(words: Sequence[str] | None = None) -> int:
    arguments = _parsed(words)
    chosen = [fault for fault in FAULTS if arguments.fault in (None, fault.name)]
    if not chosen:
        print(f"error: no fault is called {arguments.fault}; --list shows them", file=sys.stderr)
        return 2
    if arguments.list:
        print("\n".join(f"{fault.name:40} {fault.description}" for fault in chosen))
        return 0
    if arguments.stage:
        return _one_stage(arguments, [f for f in chosen if f.stage == arguments.stage])
    return _all_stages(arguments, chosen)


def _parsed(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.proof stage",
        description="Shows for every fault of a stage that the e2e suite notices it.",
        epilog="Exit codes: 0 all caught, 1 a fault or a promise was not, 2 could not run.",
    )
    parser.add_argument("--full", action="store_true", help="name every test that catches a fault")
    parser.add_argument("--fault", metavar="NAME", help="try this fault alone")
    parser.add_argument("--list", action="store_true", help="list the faults and end")
    parser.add_argument("--stage", choices=STAGES, help="only the faults of this stage")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="default: %(default)s")
    return parser.parse_args(words)


def _one_stage(arguments: argparse.Namespace, faults: Sequence[Fault]) -> int:
    """In this process: one stage, one proxy, one pytest."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with faulty_stage(arguments.stage) as stage:
            verdicts = judged(stage, faults, full=arguments.full, tell=_tell)
    except (CannotRunError, LocalStageError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"error: the stage {arguments.stage} was interrupted", file=sys.stderr)
        return 2
    _write(arguments.output, [_row(verdict) for verdict in verdicts])
    return 0 if all(verdict.caught for verdict in verdicts) else 1


def _all_stages(arguments: argparse.Namespace, faults: Sequence[Fault]) -> int:
    """A process for each stage, side by side; then all results together."""
    stages = [stage for stage in STAGES if any(fault.stage == stage for fault in faults)]
    print(f"{len(faults)} faults; bringing up {' and '.join(stages)} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        files = {stage: Path(folder, f"{stage}.json") for stage in stages}
        running = [_started(arguments, stage, file) for stage, file in files.items()]
        signal.signal(signal.SIGTERM, lambda *_: _terminate(running))
        codes = [_ended(process) for process in running]
        if not set(codes) <= {0, 1}:
            return 2
        rows = [row for file in files.values() for row in json.loads(file.read_text("utf-8"))]
    unbroken = [] if arguments.fault else _unbroken(rows)
    if not arguments.fault:  # one fault alone is no evidence for the promises
        _write(arguments.output, _evidence(rows, unbroken))
    return _summary(rows, unbroken)


def _started(arguments: argparse.Namespace, stage: str, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tools.proof", "stage", "--stage", stage]
    command += ["--output", str(output)]
    command += ["--full"] if arguments.full else []
    command += ["--fault", arguments.fault] if arguments.fault else []
    return subprocess.Popen(command, cwd=ROOT)


def _terminate(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """They end their stages, and are waited for."""
    for process in processes:
        process.terminate()


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Its exit code. Ctrl-C reaches it as well: it ends its stage, and is waited for."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _tell(verdict: Verdict) -> None:
    """One line: the fault, its promise, who caught it, and in brackets who else noticed it."""
    fault, caught, others = verdict.fault, _short(verdict.caught), _short(verdict.others)
    status = "caught  " if caught else "SURVIVED"
    noticed = f"[{', '.join(others)}]" if others else "" if caught else "noticed by no test at all"
    line = f"{status} {verdict.seconds:5.1f} s  {fault.name:36} {fault.promise:30}"
    print(line, ", ".join(caught), noticed, flush=True)


def _short(tests: Sequence[str]) -> list[str]:
    """One case by its name; of many the test functions alone."""
    names = [test.removeprefix("tests_e2e/") for test in tests]
    return names if len(names) == 1 else list(dict.fromkeys(map(function_of, names)))


def _row(verdict: Verdict) -> Json:
    return {
        "promise": verdict.fault.promise,
        "mutant": verdict.fault.name,
        "description": verdict.fault.description,
        "stage": verdict.fault.stage,
        "tests": list(verdict.caught),
        "other_tests": list(verdict.others),
        "seconds": round(verdict.seconds, 2),
    }


def _unbroken(rows: Iterable[Json]) -> list[str]:
    """Promises of the level that no fault broke and no test noticed."""
    broken = {row["promise"] for row in rows if row["tests"]}
    ledger = promises.load().values()
    return [
        promise.id for promise in ledger if "e2e" in promise.levels and promise.id not in broken
    ]


def _evidence(rows: Sequence[Json], unbroken: Sequence[str]) -> Json:
    kills = [row for row in rows if row["tests"]]
    survivors = [row for row in rows if not row["tests"]]
    return {
        "level": "e2e",
        "kills": kills,
        "survivors": survivors,
        "unbroken_promises": list(unbroken),
        "counts": {"faults": len(rows), "caught": len(kills), "survived": len(survivors)},
    }


def _write(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _summary(rows: Sequence[Json], unbroken: Sequence[str]) -> int:
    survivors = [row["mutant"] for row in rows if not row["tests"]]
    print(f"{len(rows) - len(survivors)} of {len(rows)} faults caught by a test of their promise")
    if survivors:
        print(f"not caught: {', '.join(survivors)}")
    if unbroken:
        print(f"promises that no fault breaks: {', '.join(unbroken)}")
    return 1 if survivors or unbroken else 0


if __name__ == "__main__":
    sys.exit(main())
