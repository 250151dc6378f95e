"""What policies and roles allow: of identities, of resources, and of whoever runs a function."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import values
from tools.release_gate.findings import Change, Difference, rule
from tools.release_gate.permissions import widenings

LIMITING = {
    "AWS::ApiGateway::RestApi": "Policy",
    "AWS::DynamoDB::GlobalTable": "Replicas/*/ResourcePolicy",
    "AWS::DynamoDB::Table": "ResourcePolicy",
    "AWS::Logs::LogGroup": "DataProtectionPolicy",
}
ATTACHED_POLICIES = (
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::WebACLAssociation",
)


@rule(
    severity="critical",
    why="Without it the default applies, which may allow what the policy denied.",
)
def resource_policy_removed(change: Change) -> Iterator[Difference]:
    """A policy that limits who may use a resource, or what its logs may hold, is removed."""
    for pair in change.pairs(*LIMITING):
        after = values(pair.after.properties, LIMITING[pair.after.type])
        for place, policy in values(pair.before.properties, LIMITING[pair.after.type]).items():
            if policy and not after.get(place):
                yield Difference(pair.path, before=place, after="absent")
    for resource in change.removed(*ATTACHED_POLICIES):
        yield Difference(resource.path, before=resource.type, after="gone")


@rule(
    severity="high",
    why="Somebody may do more than before, and no test of the service shows who makes use of it.",
)
def permissions_widened(change: Change) -> Iterator[Difference]:
    """A policy allows a request that the deployed policies do not, or no longer denies one.

    Policies of identities, resources and trust, managed policies, permissions boundaries and the
    permissions to invoke a function count. What cannot be read counts unless it is unchanged.
    """
    for widening in widenings(change.comparison):
        yield Difference(widening.construct, before=widening.before, after=widening.after)


ROLES = (
    *("Role", "RoleArn", "RoleARN", "ExecutionRoleArn", "CloudWatchRoleArn"),
    "Integration/Credentials",
)


@rule(severity="high", why="It may do whatever the other role may, although no policy was widened.")
def role_changed(change: Change) -> Iterator[Difference]:
    """A function or another resource runs under another role than before."""
    for pair in change.pairs():
        for name in ROLES:
            before, after = pair.before.at(name), pair.after.at(name)
            if before and after and before != after:
                yield Difference(pair.path, before=before, after=after)
