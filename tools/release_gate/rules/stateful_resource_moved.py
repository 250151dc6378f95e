"""A resource that holds data has another logical id, so CloudFormation creates an empty one and
deletes or abandons the old one."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.stateful import STATEFUL

RULE = Rule(
    "stateful-resource-moved",
    severity="critical",
    why="The service uses an empty resource, which no test of an answer notices.",
)


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*STATEFUL):
        if pair.before.id != pair.after.id:
            yield RULE.finding(pair.path, before=pair.before.id, after=pair.after.id)
    for resource in change.removed(*STATEFUL):
        for successor in change.added(resource.type):
            if resource.id not in change.comparison.after:
                yield RULE.finding(successor.path, before=resource.id, after=successor.id)
