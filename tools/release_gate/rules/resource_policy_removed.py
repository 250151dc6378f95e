"""A policy that limits who may use a resource, or what its logs may hold, is removed."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import values
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "resource-policy-removed",
    severity="critical",
    why="Without it the default applies, which may allow what the policy denied.",
)
POLICIES = {
    "AWS::ApiGateway::RestApi": "Policy",
    "AWS::DynamoDB::GlobalTable": "Replicas/*/ResourcePolicy",
    "AWS::DynamoDB::Table": "ResourcePolicy",
    "AWS::Logs::LogGroup": "DataProtectionPolicy",
}
ATTACHED = (
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::WebACLAssociation",
)


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*POLICIES):
        after = values(pair.after.properties, POLICIES[pair.after.type])
        for place, policy in values(pair.before.properties, POLICIES[pair.after.type]).items():
            if policy and not after.get(place):
                yield RULE.finding(pair.path, before=place, after="absent")
    for resource in change.removed(*ATTACHED):
        yield RULE.finding(resource.path, before=resource.type, after="gone")
