"""A function or another resource runs under another role than before."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "role-changed",
    severity="high",
    why="It may do whatever the other role may, although no policy was widened.",
)
ROLES = (
    *("Role", "RoleArn", "RoleARN", "ExecutionRoleArn", "CloudWatchRoleArn"),
    "Integration/Credentials",
)


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs():
        for name in ROLES:
            before, after = pair.before.at(name), pair.after.at(name)
            if before and after and before != after:
                yield RULE.finding(pair.path, before=before, after=after)
