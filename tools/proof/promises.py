"""`python -m tools.proof promises`: writes or checks the page of promises."""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from contract import promises
from contract.promises import LEVELS, Promise
from tools.proof.page import Level, Page, Proof, grouped, same
from tools.proof.shared import evidence
from tools.proof.shared.command import BAD, OK, CommandParser, exit_code
from tools.proof.shared.evidence import Evidence

PAGE = Path("docs/promises.md")
# level -> the command that writes its evidence, and what it breaks
COMMANDS = {
    "unit": ("python -m tools.proof function", "mutants"),
    "infra": ("python -m tools.proof template", "mutants"),
    "e2e": ("python -m tools.proof stage", "faults"),
}


def main(arguments: Sequence[str]) -> int:
    """Write or check the page, and give the exit code."""
    return exit_code(lambda: _run(_parser().parse_args(arguments)))


def page(ledger: Mapping[str, Promise], folder: Path) -> Page:
    """Make the page of the evidence in a folder. Raises CannotRunError where a file is missing."""
    found = {level: evidence.read(folder / f"{level}.json", COMMANDS[level][0]) for level in LEVELS}
    proofs = [
        Proof(kill.promise, level, " ".join(kill.description.split()), kill.mutant, kill.tests)
        for level, seen in found.items()
        for kill in seen.kills
    ]
    levels = tuple(_level(name, seen, ledger.values()) for name, seen in found.items())
    return Page(grouped(ledger, proofs), levels, f"{datetime.now(UTC):%Y-%m-%d}", _commit())


def _level(name: str, seen: Evidence, ledger: Iterable[Promise]) -> Level:
    claimed = {promise.id for promise in ledger if name in promise.levels}
    proven = claimed & {kill.promise for kill in seen.kills}
    return Level(name, COMMANDS[name][1], len(claimed), len(proven), seen.summary)


def _commit() -> str:
    """The short name of the current commit; a copy without git has none."""
    answer = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="python -m tools.proof promises",
        description=f"Writes {PAGE}, and the same as an HTML page, from contract/promises.toml "
        "and the evidence of the last runs.",
        epilog="Exit codes: 0 written or current, 1 out of date or a promise unproven, "
        "2 evidence is missing.",
    )
    parser.add_argument(
        "--check", action="store_true", help=f"fail where {PAGE} shows anything else"
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        default=evidence.FOLDER,
        metavar="DIR",
        help="the folder of infra.json, unit.json and e2e.json; the HTML page goes there, too "
        "(default: %(default)s)",
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    current = page(promises.load(), options.evidence)
    html = options.evidence / "promises.html"
    html.write_text(current.html(), encoding="utf-8")
    print(f"wrote {html}")
    if current.unproven:
        print(f"unproven: {', '.join(current.unproven)}")
        return BAD
    if options.check:
        return _check(current)
    PAGE.write_text(current.markdown(), encoding="utf-8")
    print(f"wrote {PAGE}")
    return OK


def _check(current: Page) -> int:
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if same(written, current.markdown()):
        print(f"{PAGE} is current")
        return OK
    print(f"{PAGE} is out of date: run python -m tools.proof promises")
    return BAD
