"""A replica of a global table is removed."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import values
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "table-replica-removed",
    severity="critical",
    why="The table of that region is deleted with its backups.",
)


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs("AWS::DynamoDB::GlobalTable"):
        before, after = (
            {str(value) for value in values(table.properties, "Replicas/*/Region").values()}
            for table in (pair.before, pair.after)
        )
        for region in sorted(before - after):
            yield RULE.finding(pair.path, before=region, after=", ".join(sorted(after)) or "none")
