"""Deletion protection of a resource is turned off."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import lost

RULE = Rule(
    "deletion-protection-removed",
    severity="critical",
    why="A single call can delete the data.",
)
SETTINGS = {
    "AWS::Cognito::UserPool": ["DeletionProtection"],
    "AWS::DocDB::DBCluster": ["DeletionProtection"],
    "AWS::DynamoDB::GlobalTable": ["Replicas/*/DeletionProtectionEnabled"],
    "AWS::DynamoDB::Table": ["DeletionProtectionEnabled"],
    "AWS::Logs::LogGroup": ["DeletionProtectionEnabled"],
    "AWS::RDS::DBCluster": ["DeletionProtection"],
    "AWS::RDS::DBInstance": ["DeletionProtection"],
}


def findings(change: Change) -> Iterator[Finding]:
    yield from lost(change, RULE, SETTINGS)
