"""The command line: `python -m tools.proof stage`."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor

from contract import promises
from tools.evidence import stamp
from tools.local_stage.programs import LocalStageError
from tools.proof.shared import evidence
from tools.proof.shared.command import (
    BAD,
    OK,
    CannotRunError,
    CommandParser,
    exit_code,
    print_list,
    proof_parser,
    selected,
)
from tools.proof.shared.evidence import FOLDER, Kill, Summary
from tools.proof.shared.suite import function_of
from tools.proof.shared.verdicts import unproven
from tools.proof.stage.faults import faults
from tools.proof.stage.run import faulty_stage, judged


def main(arguments: Sequence[str]) -> int:
    """Run, print, write the evidence, and give the exit code."""
    return exit_code(lambda: _run(_parser().parse_args(arguments)))


def _parser() -> CommandParser:
    parser = proof_parser(
        "python -m tools.proof stage",
        "faults",
        "Makes a running stage wrong in one way at a time, and runs the e2e tests on it.",
    )
    parser.add_argument("--full", action="store_true", help="name every test that notices a fault")
    parser.add_argument(
        "--smoke",
        action="store_true",
        help="try the smoke tests alone, whatever they promise: all faults but those with a reason"
        " (`unseen`) must turn one red",
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    chosen = selected(faults(), options.only, lambda fault: fault.name)
    if options.list:
        return print_list((fault.name, fault.description) for fault in chosen)
    names = [fault.name for fault in chosen]
    if options.smoke:
        return _smoke(names)
    kills = _judged(names, full=options.full)
    caught = [kill for kill in kills if kill.tests]
    survivors = [kill for kill in kills if not kill.tests]
    problems = [f"survived: {kill.mutant}: {kill.description}" for kill in survivors]
    if options.only is None:
        promised = {name for name, promise in promises.load().items() if "e2e" in promise.levels}
        problems += unproven(promised, (kill.promise for kill in caught))
        evidence.write(
            FOLDER / "e2e.json",
            "e2e",
            stamp=stamp(),
            summary=Summary(len(kills), len(caught), len(survivors)),
            kills=caught,
            survivors=[{"promise": kill.promise, "mutant": kill.mutant} for kill in survivors],
            counts={"faults": len(kills), "caught": len(caught), "survived": len(survivors)},
        )
    print(f"{len(caught)} of {len(kills)} faults caught by a test of their promise")
    print("\n".join(problems), end="\n" if problems else "")
    return BAD if problems else OK


def _smoke(names: Sequence[str]) -> int:
    """Print how many faults turn the smoke tests red, and what is not as `unseen` has it."""
    kills = _judged(names, smoke=True)
    missed = {kill.mutant for kill in kills if not (kill.tests or kill.more["other_tests"])}
    print(f"{len(kills) - len(missed)} of {len(kills)} faults turn the smoke tests red")
    problems = smoke_problems(names, missed)
    print("\n".join(problems), end="\n" if problems else "")
    return BAD if problems else OK


def smoke_problems(names: Iterable[str], missed: Collection[str]) -> list[str]:
    """Return a line for each fault of `names` that is missed without a reason, or seen with one."""
    unseen = {fault.name for fault in faults() if fault.unseen}
    return [
        f"missed, without a reason in `unseen`: {name}"
        if name in missed
        else f"seen, in spite of its reason in `unseen`: {name}"
        for name in names
        if (name in missed) != (name in unseen)
    ]


def _judged(names: Sequence[str], *, full: bool = False, smoke: bool = False) -> list[Kill]:
    """Judge the faults of each stage in a process of its own, side by side."""
    stages = tuple(dict.fromkeys(fault.stage for fault in faults() if fault.name in names))
    print(f"{len(names)} faults; bringing up {' and '.join(stages)} ...", flush=True)
    signal.signal(signal.SIGTERM, _interrupt)
    with ProcessPoolExecutor(len(stages), multiprocessing.get_context("spawn")) as pool:
        results = [pool.submit(_judged_on, stage, names, full, smoke) for stage in stages]
        return [kill for result in results for kill in result.result()]


def _interrupt(*_: object) -> None:
    """Interrupt the processes as Ctrl-C does: they end their stages first."""
    for process in multiprocessing.active_children():
        os.kill(process.pid or 0, signal.SIGINT)
    raise KeyboardInterrupt


def _judged_on(stage: str, names: Sequence[str], full: bool, smoke: bool) -> list[Kill]:
    own = [fault for fault in faults() if fault.stage == stage and fault.name in names]
    try:
        with faulty_stage(stage) as wrong:
            tell = _tell_smoke if smoke else _tell
            return judged(wrong, own, full=full, smoke=smoke, tell=tell)
    except LocalStageError as problem:
        raise CannotRunError(str(problem)) from None
    except KeyboardInterrupt:
        raise CannotRunError("interrupted") from None


def _tell(kill: Kill) -> None:
    """Print the fault, its promise, which test caught it, and in brackets which others failed."""
    caught, others = _short(kill.tests), _short(kill.more["other_tests"])
    status = "caught  " if caught else "SURVIVED"
    noticed = f"[{', '.join(others)}]" if others else "" if caught else "no test failed"
    line = f"{status} {kill.more['seconds']:5.1f} s  {kill.mutant:36} {kill.promise:30}"
    print(line, ", ".join(caught), noticed, flush=True)


def _tell_smoke(kill: Kill) -> None:
    """Print the fault, and the smoke test that turned red, whatever it promises."""
    red = [*kill.tests, *kill.more["other_tests"]]
    status = "red  " if red else "green"
    line = f"{status} {kill.more['seconds']:5.1f} s  {kill.mutant:36}"
    print(line, *_short(red[:1]), flush=True)


def _short(tests: Sequence[str]) -> list[str]:
    """Name a single case, and of many the test functions alone."""
    names = [test.removeprefix("tests_e2e/") for test in tests]
    return names if len(names) == 1 else list(dict.fromkeys(map(function_of, names)))
