"""A promise, or one of its levels, is removed from the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "promise-removed",
    severity="high",
    why="What was promised to clients or operators is no longer tested.",
)


def findings(change: Change) -> Iterator[Finding]:
    after = change.contract.promises
    for name, promise in change.deployed_contract.promises.items():
        if name not in after:
            yield RULE.finding(name, before=promise.sentence, after="gone")
            continue
        for level in promise.levels:
            if level not in after[name].levels:
                kept = ", ".join(after[name].levels)
                yield RULE.finding(name, before=f"proven at {level}", after=f"only at {kept}")
