"""Data: resources that hold it, their protection, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tools.release_gate.comparison import Resource, canonical, flag, values
from tools.release_gate.findings import Change, Difference, rule
from tools.release_gate.protection import lost, lowered
from tools.release_gate.stateful import STATEFUL


@rule(severity="critical", why="Its data is deleted, or left in a resource that no stack manages.")
def stateful_resource_deleted(change: Change) -> Iterator[Difference]:
    """A resource that holds data is removed."""
    for resource in change.removed(*STATEFUL):
        gone = resource.id not in change.comparison.after
        if gone and not list(change.added(resource.type)):
            policy = resource.body.get("DeletionPolicy", "Delete")
            yield Difference(resource.path, before=resource.type, after=f"gone ({policy})")


@rule(
    severity="critical",
    why="The service uses an empty resource, which no test of an answer notices.",
)
def stateful_resource_moved(change: Change) -> Iterator[Difference]:
    """A resource that holds data has another logical id, so CloudFormation creates an empty one and
    deletes or abandons the old one."""
    for pair in change.pairs(*STATEFUL):
        if pair.before.id != pair.after.id:
            yield Difference(pair.path, before=pair.before.id, after=pair.after.id)
    for resource in change.removed(*STATEFUL):
        for successor in change.added(resource.type):
            if resource.id not in change.comparison.after:
                yield Difference(successor.path, before=resource.id, after=successor.id)


@rule(
    severity="critical",
    why="The new resource is empty; the data of the old one is deleted or left behind.",
)
def stateful_resource_replaced(change: Change) -> Iterator[Difference]:
    """A resource that holds data is replaced, because of a property that can be set only at
    creation, another type under its logical id, or a reference to a resource that is replaced.
    """
    reasons = change.replaced
    for pair in change.pairs(*STATEFUL):
        if pair.after.id in reasons:
            yield Difference(pair.path, before=pair.before.id, after=reasons[pair.after.id])
    for resource in change.removed(*STATEFUL):
        successor = change.comparison.after.get(resource.id)
        if successor:
            yield Difference(successor.path, before=resource.type, after=successor.type)


TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")


@rule(
    severity="critical",
    why="CloudFormation replaces the table, which no resource schema says; its items are lost.",
)
def table_key_retyped(change: Change) -> Iterator[Difference]:
    """An attribute of a table's or an index's key has another type."""
    for pair in change.pairs(*TABLES):
        after = _types(pair.after)
        for name, type_ in _types(pair.before).items():
            if name in after and after[name] != type_:
                yield Difference(
                    pair.path, before=f"{name}: {type_}", after=f"{name}: {after[name]}"
                )


def _types(table: Resource) -> Mapping[object, object]:
    definitions = values(table.properties, "AttributeDefinitions/*").values()
    return {row.get("AttributeName"): row.get("AttributeType") for row in definitions if row}


@rule(severity="critical", why="The table of that region is deleted with its backups.")
def table_replica_removed(change: Change) -> Iterator[Difference]:
    """A replica of a global table is removed."""
    for pair in change.pairs("AWS::DynamoDB::GlobalTable"):
        before, after = (
            {str(value) for value in values(table.properties, "Replicas/*/Region").values()}
            for table in (pair.before, pair.after)
        )
        for region in sorted(before - after):
            yield Difference(pair.path, before=region, after=", ".join(sorted(after)) or "none")


@rule(
    severity="critical", why="It no longer finds the users that exist, or their changes are lost."
)
def data_redirected(change: Change) -> Iterator[Difference]:
    """A function uses another table, bucket, queue or other store of its data."""
    data = [name for name, r in change.candidate_resources.items() if r.type in STATEFUL]
    for pair in change.pairs("AWS::Lambda::Function"):
        after = pair.after.at("Environment/Variables") or {}
        for name, value in (pair.before.at("Environment/Variables") or {}).items():
            names_data = any(f"${{{place}" in canonical(value) for place in data)
            if names_data and after.get(name) != value:
                now = after.get(name, "absent")
                yield Difference(pair.path, before=f"{name} {value}", after=f"{name} {now}")


FORWARDING = (
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Pipes::Pipe",
)
STREAMS = {
    "AWS::DynamoDB::GlobalTable": "Replicas/*/KinesisStreamSpecification",
    "AWS::DynamoDB::Table": "KinesisStreamSpecification",
    "AWS::S3::Bucket": "ReplicationConfiguration",
}


@rule(severity="high", why="Data that was entrusted to this service leaves it.")
def data_forwarded(change: Change) -> Iterator[Difference]:
    """Logs, records or events are sent to a new destination."""
    for resource in change.added(*FORWARDING):
        yield Difference(resource.path, before="absent", after=resource.type)
    for pair in change.pairs(*STREAMS):
        before = values(pair.before.properties, STREAMS[pair.after.type])
        for place, value in values(pair.after.properties, STREAMS[pair.after.type]).items():
            if value and value != before.get(place):
                yield Difference(pair.path, before=before.get(place, "absent"), after=value)


POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
STRENGTH = {"Delete": 0, "Snapshot": 1, "RetainExceptOnCreate": 2, "Retain": 3}


@rule(severity="high", why="The next deletion or replacement deletes the data, too.")
def deletion_policy_weakened(change: Change) -> Iterator[Difference]:
    """The deletion or update-replace policy of a resource preserves less than before."""
    for pair in change.pairs():
        for policy in POLICIES:
            before = pair.before.body.get(policy, "Delete")
            after = pair.after.body.get(policy, "Delete")
            if STRENGTH.get(after, 0) < STRENGTH.get(before, 0):
                yield Difference(pair.path, before=f"{policy} {before}", after=f"{policy} {after}")


@rule(severity="critical", why="A single call can delete the data.")
def deletion_protection_removed(change: Change) -> Iterator[Difference]:
    """Deletion protection of a resource is turned off."""
    return lost(
        change,
        {
            "AWS::Cognito::UserPool": ["DeletionProtection"],
            "AWS::DocDB::DBCluster": ["DeletionProtection"],
            "AWS::DynamoDB::GlobalTable": ["Replicas/*/DeletionProtectionEnabled"],
            "AWS::DynamoDB::Table": ["DeletionProtectionEnabled"],
            "AWS::Logs::LogGroup": ["DeletionProtectionEnabled"],
            "AWS::RDS::DBCluster": ["DeletionProtection"],
            "AWS::RDS::DBInstance": ["DeletionProtection"],
        },
    )


RECOVERY = "PointInTimeRecoverySpecification"
BACKUPS = {
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


@rule(severity="critical", why="What is overwritten or deleted by mistake cannot be restored.")
def recovery_weakened(change: Change) -> Iterator[Difference]:
    """Point-in-time recovery, versioning or backups are turned off or reach back less far."""
    yield from lost(change, BACKUPS)
    yield from lowered(change, PERIODS)


EXPIRY = {
    "AWS::DynamoDB::GlobalTable": "TimeToLiveSpecification",
    "AWS::DynamoDB::Table": "TimeToLiveSpecification",
    "AWS::S3::Bucket": "LifecycleConfiguration",
}


@rule(
    severity="high",
    why="Records that have a time in that attribute, or match that rule, are deleted.",
)
def expiry_enabled(change: Change) -> Iterator[Difference]:
    """Items of a table or objects of a bucket start to expire."""
    for pair in change.pairs(*EXPIRY):
        before, after = (r.at(EXPIRY[r.type]) or {} for r in (pair.before, pair.after))
        off = not after or flag(after.get("Enabled", True)) is False
        if not off and canonical(before) != canonical(after):
            yield Difference(pair.path, before=canonical(before), after=canonical(after))


@rule(severity="critical", why="The data is encrypted with a key that nobody chose, or not at all.")
def encryption_weakened(change: Change) -> Iterator[Difference]:
    """Encryption at rest is turned off, or uses another key."""
    return lost(
        change,
        {
            "AWS::DynamoDB::GlobalTable": [
                "SSESpecification/SSEEnabled",
                "SSESpecification/SSEType",
                "Replicas/*/SSESpecification/KMSMasterKeyId",
            ],
            "AWS::DynamoDB::Table": [
                "SSESpecification/SSEEnabled",
                "SSESpecification/SSEType",
                "SSESpecification/KMSMasterKeyId",
            ],
            "AWS::KMS::Key": ["EnableKeyRotation"],
            "AWS::Kinesis::Stream": ["StreamEncryption/KeyId"],
            "AWS::Lambda::Function": ["KmsKeyArn"],
            "AWS::Logs::LogGroup": ["KmsKeyId"],
            "AWS::RDS::DBCluster": ["StorageEncrypted", "KmsKeyId"],
            "AWS::RDS::DBInstance": ["StorageEncrypted", "KmsKeyId"],
            "AWS::S3::Bucket": ["BucketEncryption"],
            "AWS::SNS::Topic": ["KmsMasterKeyId"],
            "AWS::SQS::Queue": ["SqsManagedSseEnabled", "KmsMasterKeyId"],
        },
    )
