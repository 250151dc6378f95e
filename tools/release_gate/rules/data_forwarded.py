"""Logs, records or events are sent to a new destination."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import values
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "data-forwarded",
    severity="high",
    why="Data that was entrusted to this service leaves it.",
)
FORWARDING = (
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Pipes::Pipe",
)
SETTINGS = {
    "AWS::DynamoDB::GlobalTable": "Replicas/*/KinesisStreamSpecification",
    "AWS::DynamoDB::Table": "KinesisStreamSpecification",
    "AWS::S3::Bucket": "ReplicationConfiguration",
}


def findings(change: Change) -> Iterator[Finding]:
    for resource in change.added(*FORWARDING):
        yield RULE.finding(resource.path, before="absent", after=resource.type)
    for pair in change.pairs(*SETTINGS):
        before = values(pair.before.properties, SETTINGS[pair.after.type])
        for place, value in values(pair.after.properties, SETTINGS[pair.after.type]).items():
            if value and value != before.get(place):
                yield RULE.finding(pair.path, before=before.get(place, "absent"), after=value)
