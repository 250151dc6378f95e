"""The command line: `python -m tools.proof function`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from contract import promises
from tools.proof.function import mutants, order
from tools.proof.function.replay import Replay
from tools.proof.function.report import EQUIVALENTS, Report
from tools.proof.shared import named
from tools.proof.shared.command import (
    BAD,
    OK,
    CommandParser,
    exit_code,
    print_list,
    proof_parser,
    selected,
)
from tools.proof.shared.evidence import FOLDER
from tools.proof.shared.suite import collect
from tools.proof.shared.verdicts import reviewed

PROOFS = Path(__file__).parents[1] / "named" / "unit.toml"
ORDER = FOLDER / "unit-order.json"
# A test so marked runs another program or reads sources: it cannot notice a mutant.
PYTEST = ("tests_unit", "-m", "not sees_no_mutant", "--hypothesis-profile=mutation")


def main(arguments: Sequence[str]) -> int:
    """Run, print, write the evidence, and give the exit code."""
    return exit_code(lambda: _run(_parser().parse_args(arguments)))


def _parser() -> CommandParser:
    return proof_parser(
        "python -m tools.proof function",
        "mutants",
        "Breaks the function and the settings of the stages in every way that mutmut knows, "
        "and runs the unit tests on every mutant.",
        # twice as many as cores, because some tests wait for a table that hangs
        jobs=2 * (os.cpu_count() or 1),
    )


def _run(options: argparse.Namespace) -> int:
    chosen = selected(mutants.make(FOLDER / "unit"), options.only, lambda mutant: mutant.place)
    if options.list:
        return print_list((mutant.place, mutant.change) for mutant in chosen)
    proofs = named.read(PROOFS, ["function", "before", "after"]) if options.only is None else []
    replay = Replay(chosen, options.jobs, proofs, order.read(ORDER))
    collect(PYTEST, replay.serve)
    promised = {name for name, promise in promises.load().items() if "unit" in promise.levels}
    whole = options.only is None
    report = Report(replay.verdicts, replay.proofs, proofs, promised, reviewed(EQUIVALENTS), whole)
    print("\n".join(report.lines()))
    if whole:
        report.write(FOLDER / "unit.json")
        order.write(ORDER, replay.verdicts)
    return BAD if report.problems else OK
