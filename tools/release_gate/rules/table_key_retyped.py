"""An attribute of a table's or an index's key has another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tools.release_gate.comparison import Resource, values
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "table-key-retyped",
    severity="critical",
    why="CloudFormation replaces the table, which no resource schema says; its items are lost.",
)
TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*TABLES):
        after = _types(pair.after)
        for name, type_ in _types(pair.before).items():
            if name in after and after[name] != type_:
                yield RULE.finding(
                    pair.path, before=f"{name}: {type_}", after=f"{name}: {after[name]}"
                )


def _types(table: Resource) -> Mapping[object, object]:
    definitions = values(table.properties, "AttributeDefinitions/*").values()
    return {row.get("AttributeName"): row.get("AttributeType") for row in definitions if row}
