"""A promise was not tested at a level that the stage demands. What AWS alone proves is not asked
of the local stage."""

from __future__ import annotations

from collections.abc import Iterator

from tools.evidence import BROKEN, KEPT
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "promise-unproven",
    severity="high",
    why="Nobody knows whether it is kept.",
    allowable=False,
)


def findings(change: Change) -> Iterator[Finding]:
    proof = change.proof
    for level, evidence in proof.tests.items() if proof else ():
        assert proof
        kind = proof.demands.levels[level]
        local = bool(evidence.content.get("local"))
        statuses = evidence.content.get("promises", {})
        for promise in change.contract.promises.values():
            if kind in promise.levels and not (kind == "e2e" and local and promise.aws):
                status = statuses.get(promise.id, "not run")
                if status not in (KEPT, BROKEN):
                    yield RULE.finding(promise.id, before=f"proven at level {level}", after=status)
