"""A function uses another table, bucket, queue or other store of its data."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import canonical
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.stateful import STATEFUL

RULE = Rule(
    "data-redirected",
    severity="critical",
    why="It no longer finds the users that exist, or their changes are lost.",
)


def findings(change: Change) -> Iterator[Finding]:
    data = [name for name, r in change.candidate_resources.items() if r.type in STATEFUL]
    for pair in change.pairs("AWS::Lambda::Function"):
        after = pair.after.at("Environment/Variables") or {}
        for name, value in (pair.before.at("Environment/Variables") or {}).items():
            names_data = any(f"${{{place}" in canonical(value) for place in data)
            if names_data and after.get(name) != value:
                now = after.get(name, "absent")
                yield RULE.finding(pair.path, before=f"{name} {value}", after=f"{name} {now}")
