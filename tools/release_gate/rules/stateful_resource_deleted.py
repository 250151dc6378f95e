"""A resource that holds data is removed."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.stateful import STATEFUL

RULE = Rule(
    "stateful-resource-deleted",
    severity="critical",
    why="Its data is deleted, or left in a resource that no stack manages.",
)


def findings(change: Change) -> Iterator[Finding]:
    for resource in change.removed(*STATEFUL):
        gone = resource.id not in change.comparison.after
        if gone and not list(change.added(resource.type)):
            policy = resource.body.get("DeletionPolicy", "Delete")
            yield RULE.finding(resource.path, before=resource.type, after=f"gone ({policy})")
