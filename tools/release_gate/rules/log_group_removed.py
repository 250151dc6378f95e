"""A log group is removed, replaced, or changed to a class without metrics and live queries."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import differing

RULE = Rule(
    "log-group-removed",
    severity="high",
    why="The logs of the last days are deleted, or cannot be searched as before.",
)
TYPE = "AWS::Logs::LogGroup"
CLASS = {TYPE: {"LogGroupClass": "STANDARD"}}


def findings(change: Change) -> Iterator[Finding]:
    for group in change.removed(TYPE):
        yield RULE.finding(group.path, before=group.id, after="gone")
    for pair, now in change.renewed(TYPE):
        yield RULE.finding(pair.path, before=pair.before.id, after=now)
    yield from differing(change, RULE, CLASS)
