"""Where in the sources a finding belongs: the line that names its construct."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from tools.release_gate.findings import Finding

ROOT = Path(__file__).resolve().parents[3]
LEDGER, DEFAULT = "contract/promises.toml", "stack/stack.py"


def location(finding: Finding) -> tuple[str, int]:
    """Return the file and line that name a construct of a finding, or its promise.

    The deepest part of the path that a file of `stack/` has as a literal is the best guess that
    a template allows: it holds no lines of the sources.
    """
    promise = re.compile(rf"^\[(\w+\.)?{re.escape(finding.construct)}\]")
    for number, line in enumerate(_lines(LEDGER), start=1):
        if promise.match(line):
            return LEDGER, number
    for part in reversed(re.split(r"[/.]", finding.construct)):
        for file in _stack_files():
            for number, line in enumerate(_lines(file), start=1):
                if part and f'"{part}"' in line:
                    return file, number
    return DEFAULT, 1


@functools.cache
def _stack_files() -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "stack").glob("*.py"))


@functools.cache
def _lines(file: str) -> list[str]:
    try:
        return (ROOT / file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
