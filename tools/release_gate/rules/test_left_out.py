"""A test was deselected, skipped or not reached at a level that the stage demands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.settings import MAY_BE_LEFT_OUT

RULE = Rule(
    "test-left-out",
    severity="high",
    why="A check that did not run cannot have found anything.",
    allowable=False,
)


def findings(change: Change) -> Iterator[Finding]:
    proof = change.proof
    for level, kind in proof.demands.levels.items() if proof else ():
        assert proof
        if level not in proof.tests:
            continue
        content = proof.tests[level].content
        if not content.get("whole"):
            yield RULE.finding(level, before="every test of the level", after="a part of them")
        ran = {test for other in proof.of_kind(kind).values() for test in _passed(other.content)}
        for test, why in _left_out(content).items():
            known = any(fnmatchcase(test, pattern) for pattern in MAY_BE_LEFT_OUT)
            if test not in ran and not known:
                yield RULE.finding(test, before=f"runs at level {level}", after=why)


def _left_out(content: Mapping[str, Any]) -> dict[str, str]:
    """What was skipped or deselected, except what makes sense only on another kind of stage."""
    deselected = content.get("deselected", {})
    return {
        **dict.fromkeys(content.get("skipped", []), "skipped"),
        **{test: "deselected" for test, elsewhere in deselected.items() if not elsewhere},
    }


def _passed(content: Mapping[str, Any]) -> set[str]:
    tests = content.get("tests", {})
    return {name for name, test in tests.items() if test.get("outcome") == "passed"}
