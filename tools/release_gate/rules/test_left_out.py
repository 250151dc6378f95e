"""A test was deselected, skipped or not reached at a level that the stage demands."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.settings import MAY_BE_LEFT_OUT

RULE = Rule(
    "test-left-out",
    severity="high",
    why="A check that did not run found nothing, which is not the same as nothing to find.",
    allowable=False,
)


def findings(change: Change) -> Iterator[Finding]:
    for level, evidence in change.proof.tests.items() if change.proof else ():
        content = evidence.content
        if not content.get("whole"):
            yield RULE.finding(level, before="every test of the level", after="a part of them")
        left = dict.fromkeys(content.get("skipped", []), "skipped")
        deselected = content.get("deselected", {})
        left |= {test: "deselected" for test, elsewhere in deselected.items() if not elsewhere}
        for test, why in left.items():
            if not any(fnmatchcase(test, pattern) for pattern in MAY_BE_LEFT_OUT):
                yield RULE.finding(test, before=f"runs at level {level}", after=why)
