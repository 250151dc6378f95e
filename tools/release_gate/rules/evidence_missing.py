"""There is no evidence of a level that the stage demands."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "evidence-missing",
    severity="critical",
    why="Nobody knows whether the promises of that level are kept.",
    allowable=False,
)


def findings(change: Change) -> Iterator[Finding]:
    if not change.proof:
        return
    demands = change.proof.demands
    for level in demands.levels:
        if level not in change.proof.tests:
            yield RULE.finding(level, before=f"{change.stage} demands it", after="no evidence")
    for level in demands.mutation:
        if level not in change.proof.mutation:
            yield RULE.finding(
                f"mutation of {level}", before=f"{change.stage} demands it", after="no evidence"
            )
