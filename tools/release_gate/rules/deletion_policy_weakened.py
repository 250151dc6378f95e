"""The deletion or update-replace policy of a resource preserves less than before."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "deletion-policy-weakened",
    severity="high",
    why="The next deletion or replacement deletes the data, too.",
)
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
STRENGTH = {"Delete": 0, "Snapshot": 1, "RetainExceptOnCreate": 2, "Retain": 3}


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs():
        for policy in POLICIES:
            before = pair.before.body.get(policy, "Delete")
            after = pair.after.body.get(policy, "Delete")
            if STRENGTH.get(after, 0) < STRENGTH.get(before, 0):
                yield RULE.finding(
                    pair.path, before=f"{policy} {before}", after=f"{policy} {after}"
                )
