"""Point-in-time recovery, versioning or backups are turned off or reach back less far."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import lost, lowered

RULE = Rule(
    "recovery-weakened",
    severity="critical",
    why="What is overwritten or deleted by mistake cannot be restored.",
)
RECOVERY = "PointInTimeRecoverySpecification"
SETTINGS = {
    "AWS::DynamoDB::GlobalTable": [f"Replicas/*/{RECOVERY}/PointInTimeRecoveryEnabled"],
    "AWS::DynamoDB::Table": [f"{RECOVERY}/PointInTimeRecoveryEnabled"],
    "AWS::S3::Bucket": ["VersioningConfiguration/Status", "ObjectLockEnabled"],
}
# Days, and the default where the setting is absent.
PERIODS = {
    "AWS::DynamoDB::GlobalTable": {f"Replicas/*/{RECOVERY}/RecoveryPeriodInDays": 35},
    "AWS::DynamoDB::Table": {f"{RECOVERY}/RecoveryPeriodInDays": 35},
    "AWS::KMS::Key": {"PendingWindowInDays": 30},
    "AWS::RDS::DBCluster": {"BackupRetentionPeriod": 1},
    "AWS::RDS::DBInstance": {"BackupRetentionPeriod": 1},
}


def findings(change: Change) -> Iterator[Finding]:
    yield from lost(change, RULE, SETTINGS)
    yield from lowered(change, RULE, PERIODS)
