"""The page of promises: docs/promises.md, from the ledger, the tests and the runs' evidence.

Evidence is one JSON file a level (build/mutation/infra.json, unit.json, e2e.json) whose
`kills` name, for each promise, what was broken so that one of its own tests went red.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract import promises
from contract.promises import Keeper, Promise
from tools.proof.shared import evidence
from tools.proof.shared.command import BAD, OK, CommandParser, exit_code

PAGE = Path("docs/promises.md")
HEAD = """# Promises

What the system promises, which tests keep each promise at each level, and what was
broken to prove that these tests can fail. The ledger is `contract/promises.toml`; this page is
generated from it, from the tests' markers and from the last `tox -e mutation` by
`python -m tools.proof promises`.
"""
COMMANDS = {
    "infra": "python -m tools.proof template",
    "unit": "python -m tools.proof function",
    "e2e": "python -m tools.proof stage",
}
_ENTRY = re.compile(
    r"^### (?P<promise>\S+)$|^- \*\*(?P<level>\w+)\*\*: broken: (?P<broken>.*)$", re.M
)


@dataclass(frozen=True)
class Proof:
    """What was broken at one level so that a test of the promise went red."""

    promise: str
    level: str
    broken: str


def proofs(folder: Path, levels: Iterable[str] = promises.LEVELS) -> list[Proof]:
    """Read the first kill of each promise at each level. Raises CannotRunError."""
    found: dict[tuple[str, str], Proof] = {}
    for level in levels:
        for kill in evidence.read(folder / f"{level}.json", COMMANDS[level]):
            broken = _in_one_line(kill, level)
            found.setdefault((kill.promise, level), Proof(kill.promise, level, broken))
    return list(found.values())


def unproven(ledger: Mapping[str, Promise], found: Iterable[Proof]) -> list[str]:
    """Name `promise (level)` for each that nothing proves."""
    proven = {(proof.promise, proof.level) for proof in found}
    return [
        f"{promise.id} ({level})"
        for promise in ledger.values()
        for level in promise.levels
        if (promise.id, level) not in proven
    ]


def render(ledger: Mapping[str, Promise], keepers: list[Keeper], found: Iterable[Proof]) -> str:
    """Write the page's text. Tests are listed by file, in the order of their names."""
    broken = {(proof.promise, proof.level): proof.broken for proof in found}
    sections = [_section(promise, keepers, broken) for promise in ledger.values()]
    return "\n".join([HEAD, *sections])


def proofs_in(page: str) -> list[Proof]:
    """Read what a page says was broken: the part of it that only a run can tell."""
    found, promise = [], ""
    for entry in _ENTRY.finditer(page):
        promise = entry["promise"] or promise
        if entry["level"]:
            found.append(Proof(promise, entry["level"], entry["broken"]))
    return found


def main(arguments: Sequence[str]) -> int:
    """Write or check the page, and give the exit code."""
    return exit_code(lambda: _run(_parser().parse_args(arguments)))


def _parser() -> CommandParser:
    parser = CommandParser(
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
        default=evidence.FOLDER,
        metavar="DIR",
        help="where infra.json, unit.json and e2e.json stand (default: %(default)s)",
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    ledger = promises.load()
    found = proofs(options.evidence)
    missing = unproven(ledger, found)
    if missing:
        print(f"unproven: {', '.join(missing)}")
        return BAD
    text = render(ledger, promises.keepers(), found)
    if options.check:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print(f"{PAGE} is {'current' if current else f'out of date: run {_parser().prog}'}")
        return OK if current else BAD
    PAGE.write_text(text, encoding="utf-8")
    print(f"wrote {PAGE}")
    return OK


def _section(promise: Promise, keepers: list[Keeper], broken: Mapping[tuple[str, str], str]) -> str:
    lines = [f"### {promise.id}", "", promise.sentence, ""]
    for level in promise.levels:
        lines.append(f"- **{level}**: broken: {broken.get((promise.id, level), 'nothing')}")
        tests = sorted(k.test for k in keepers if (k.promise, k.level) == (promise.id, level))
        lines += [f"  - `{test}`" for test in tests]
    return "\n".join(lines) + "\n"


def _in_one_line(kill: evidence.Kill, level: str) -> str:
    """Describe a kill. The name of a function's mutant is a number in its file: left out."""
    words = " ".join(kill.description.split())
    return words if level == "unit" else f"{words} (`{kill.mutant}`)"
