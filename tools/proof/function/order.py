"""Which test killed each mutant in the last run: in the next run it is the first to try it.

This is no verdict: every mutant runs again, and the first test that fails on it kills it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.proof.function.forks import Verdict


def read(file: Path) -> Mapping[str, str]:
    """Read the test of each mutant, by its description; none where there is no such file."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def write(file: Path, verdicts: Iterable[Verdict]) -> None:
    """Write the test of each killed mutant."""
    known = {v.mutant.description: v.test for v in verdicts if v.test}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")
