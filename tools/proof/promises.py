"""`python -m tools.proof promises`: writes or checks docs/promises.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from contract import promises
from tools.proof import ledger
from tools.proof.template.errors import BAD, COULD_NOT_RUN, OK, CannotRunError

PAGE = Path("docs/promises.md")


def main(arguments: list[str]) -> int:
    """The exit code."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    try:
        return _run(options, console)
    except CannotRunError as error:
        print(f"could not run: {error}", file=sys.stderr)
        return COULD_NOT_RUN


def _run(options: argparse.Namespace, console: Console) -> int:
    known = promises.load()
    kills = ledger.evidence(options.evidence)
    unproven = ledger.unproven(known, kills)
    if unproven:
        console.print(f"broken by nothing that its tests notice: {', '.join(unproven)}")
        return BAD
    page = ledger.render(known, promises.keepers(), kills)
    return _check(page, console) if options.check else _write(page, console)


def _check(page: str, console: Console) -> int:
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        console.print(f"{PAGE} is out of date: run python -m tools.proof promises")
        return BAD
    console.print(f"{PAGE} is current")
    return OK


def _write(page: str, console: Console) -> int:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8")
    console.print(f"wrote {PAGE}")
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.proof promises",
        description=f"Writes {PAGE} from contract/promises.toml and the last runs' evidence.",
        epilog="Exit codes: 0 written or current, 1 out of date or a promise unproven, "
        "2 evidence is missing.",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, fail on any difference"
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        default=Path("build/mutation"),
        metavar="DIR",
        help="where infra.json, unit.json and e2e.json stand (default: %(default)s)",
    )
    return parser
