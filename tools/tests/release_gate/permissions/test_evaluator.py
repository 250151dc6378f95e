"""The evaluator, which the rule is compared with, reads conditions as AWS documents them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from typing import Any

import pytest

from .evaluator import ACCOUNT, CONTEXTS, GRID, ROLES, TOPIC, decide

EVERY = {*range(8)}
ALICE_AND_BOB = ["alice", "bob"]


@pytest.mark.parametrize(
    ("operator", "key", "value", "holds"),
    [
        ("ArnLike", "aws:SourceArn", TOPIC, {2}),
        ("ArnLike", "AWS:SourceArn", f"arn:aws:sns:*:{ACCOUNT}:*", {2, 3, 7}),
        ("ArnEquals", "aws:SourceArn", f"{TOPIC}*", {2, 3}),
        ("StringLike", "aws:SourceArn", "arn:*", {2, 3, 7}),
        ("StringEquals", "aws:SourceAccount", ACCOUNT, {2}),
        ("StringLike", "aws:SourceAccount", "9*", {4}),
        ("StringEquals", "aws:username", ALICE_AND_BOB, {1, 3}),
        ("StringEquals", "aws:username", "*", {6}),
        ("StringLike", "aws:username", ["a*", "?ob"], {1, 3}),
        ("StringLike", "aws:username", "*", {1, 3, 6}),
        ("StringLike", "aws:username", "${*}", {6}),
        ("StringNotEquals", "aws:username", "alice", EVERY - {1}),
        ("StringNotEquals", "aws:username", ALICE_AND_BOB, EVERY - {1, 3}),
        ("StringEqualsIfExists", "aws:username", "alice", EVERY - {3, 6}),
        ("StringEqualsIgnoreCase", "aws:username", "ALICE", {1}),
        ("Bool", "aws:SecureTransport", "false", {1}),
        ("Bool", "aws:SecureTransport", True, {2}),
        ("Null", "aws:SourceIp", "true", EVERY - {3, 4}),
        ("Null", "aws:username", False, {1, 3, 6}),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", {3, 4}),
        ("IpAddress", "aws:SourceIp", ["10.0.1.0/24", "10.0.2.0/24"], {3}),
        ("NumericLessThan", "aws:MultiFactorAuthAge", 300, {5}),
        ("NumericLessThan", "aws:MultiFactorAuthAge", "3000", {5, 6}),
        ("StringEquals", "aws:RequestTag/Team", "a", {5}),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["a", "b"], {4, 5}),
        ("ForAllValues:StringEquals", "aws:TagKeys", "a", EVERY - {4}),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"], EVERY),
    ],
)
def test_condition_holds_in_contexts(operator: str, key: str, value: Any, holds: set[int]) -> None:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    condition = {"Condition": {operator: {key: value}}}
    assert _contexts(allow) == EVERY
    assert _contexts({**allow, **condition}) == holds
    assert _contexts(allow, {**allow, **condition, "Effect": "Deny"}) == EVERY - holds


def _contexts(*statements: dict[str, Any]) -> set[int]:
    """Where a role with these statements may do anything, as places in the list of contexts."""
    document = {"Version": "2012-10-17", "Statement": [*statements]}
    properties = {"Roles": ["Worker"], "PolicyDocument": document}
    template = {"Resources": {"Own": {"Type": "AWS::IAM::Policy", "Properties": properties}}}
    allowed = decide(template, arns_in_parts=True)[ROLES["Worker"]]
    return {
        CONTEXTS.index(request[2]) for place, request in enumerate(GRID) if allowed >> place & 1
    }
