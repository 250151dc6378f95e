"""Encryption at rest is turned off, or uses another key."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import lost

RULE = Rule(
    "encryption-weakened",
    severity="critical",
    why="The data is encrypted with a key that nobody chose, or not at all.",
)
SETTINGS = {
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
}


def findings(change: Change) -> Iterator[Finding]:
    yield from lost(change, RULE, SETTINGS)
