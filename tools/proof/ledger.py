"""The promise page: docs/promises.md, from the ledger, the tests and the last runs' evidence.

Evidence is one JSON file a level (build/mutation/infra.json, unit.json, e2e.json) whose
`kills` name, for each promise, what was broken so that one of its own tests went red.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from contract import promises
from contract.promises import Keeper, Promise
from tools.proof.template.errors import CannotRunError

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
class Kill:
    """What was broken at one level so that a test of the promise went red."""

    promise: str
    level: str
    broken: str


def evidence(folder: Path, levels: Iterable[str] = promises.LEVELS) -> list[Kill]:
    """The first kill of each promise at each level. Raises CannotRunError for a missing level."""
    found: dict[tuple[str, str], Kill] = {}
    for level in levels:
        file = folder / f"{level}.json"
        if not file.exists():
            raise CannotRunError(f"{file} is missing: {COMMANDS[level]} writes it")
        for kill in _kills(file, level):
            found.setdefault((kill.promise, level), kill)
    return list(found.values())


def unproven(ledger: Mapping[str, Promise], kills: Iterable[Kill]) -> list[str]:
    """`promise (level)` for each that no kill proves."""
    proven = {(kill.promise, kill.level) for kill in kills}
    return [
        f"{promise.id} ({level})"
        for promise in ledger.values()
        for level in promise.levels
        if (promise.id, level) not in proven
    ]


def render(ledger: Mapping[str, Promise], keepers: list[Keeper], kills: Iterable[Kill]) -> str:
    """The page. Tests are listed by file, in the order of their names."""
    broken = {(kill.promise, kill.level): kill.broken for kill in kills}
    sections = [_section(promise, keepers, broken) for promise in ledger.values()]
    return "\n".join([HEAD, *sections])


def kills_in(page: str) -> list[Kill]:
    """What a page says was broken: the part of it that only a run can tell."""
    found, promise = [], ""
    for entry in _ENTRY.finditer(page):
        promise = entry["promise"] or promise
        if entry["level"]:
            found.append(Kill(promise, entry["level"], entry["broken"]))
    return found


def _section(promise: Promise, keepers: list[Keeper], broken: Mapping[tuple[str, str], str]) -> str:
    lines = [f"### {promise.id}", "", promise.sentence, ""]
    for level in promise.levels:
        lines.append(f"- **{level}**: broken: {broken.get((promise.id, level), 'nothing')}")
        tests = sorted(k.test for k in keepers if (k.promise, k.level) == (promise.id, level))
        lines += [f"  - `{test}`" for test in tests]
    return "\n".join(lines) + "\n"


def _kills(file: Path, level: str) -> list[Kill]:
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["kills"]
        return [Kill(row["promise"], level, _told(row, level)) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRunError(f"{file} is no evidence of a mutation run ({error!r})") from None


def _told(row: Mapping[str, str], level: str) -> str:
    """In one line. The name of a function's mutant is a number in its file: it is left out."""
    words = " ".join(row["description"].split())
    return words if level == "unit" else f"{words} (`{row['mutant']}`)"
