"""A resource that holds data is replaced, because of a property that can be set only at creation,
another type under its logical id, or a reference to a resource that is replaced."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.stateful import STATEFUL

RULE = Rule(
    "stateful-resource-replaced",
    severity="critical",
    why="The new resource is empty; the data of the old one is deleted or left behind.",
)


def findings(change: Change) -> Iterator[Finding]:
    reasons = change.replaced
    for pair in change.pairs(*STATEFUL):
        if pair.after.id in reasons:
            yield RULE.finding(pair.path, before=pair.before.id, after=reasons[pair.after.id])
    for resource in change.removed(*STATEFUL):
        successor = change.comparison.after.get(resource.id)
        if successor:
            yield RULE.finding(successor.path, before=resource.type, after=successor.type)
