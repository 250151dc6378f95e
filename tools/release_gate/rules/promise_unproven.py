"""A promise was not tested at a level that the stage demands. Promises that only AWS can prove are
not expected of the local stage."""

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
    for kind in sorted(set(proof.demands.levels.values())) if proof else ():
        assert proof
        contents = [evidence.content for evidence in proof.of_kind(kind).values()]
        local = kind == "e2e" and all(content.get("local") for content in contents)
        for promise in change.contract.promises.values() if contents else ():
            statuses = {content.get("promises", {}).get(promise.id) for content in contents}
            asked = kind in promise.levels and not (local and promise.aws)
            if asked and statuses.isdisjoint((KEPT, BROKEN)):
                yield RULE.finding(promise.id, before=f"proven at level {kind}", after="not run")
