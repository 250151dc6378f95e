"""A mutant survived, or there is no proof that the tests of a promise can fail."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "mutant-survived",
    severity="high",
    why="The tests do not notice such a fault, so their success says nothing about it.",
    allowable=False,
)


def findings(change: Change) -> Iterator[Finding]:
    proof = change.proof
    for level, evidence in proof.mutation.items() if proof else ():
        content = evidence.content
        for survivor in content.get("survivors", []):
            name = str(survivor.get("mutant", survivor))
            yield RULE.finding(name, before=f"tests of level {level} fail", after="they pass")
        for rule in content.get("broken_rules", []):
            yield RULE.finding(f"mutation of {level}", before="every rule kept", after=rule)
        proven = {kill.get("promise") for kill in content.get("kills", [])}
        for promise in change.contract.promises.values():
            unproven = level in promise.levels and promise.id not in proven
            if unproven and not (level == "e2e" and promise.aws):
                yield RULE.finding(
                    promise.id, before=f"a named proof at level {level}", after="no proof"
                )
