"""A second opinion on permissions, by IAM Access Analyzer: it can only add findings.

It compares documents whose references are placeholders, because the physical names are not known
before the deployment. It was tested only with a stub, never on AWS. Each call is charged.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.release_gate.comparison import Resource
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.problems import UndecidedError

NEW_ACCESS = Rule(
    "access-analyzer-new-access",
    severity="high",
    why="IAM Access Analyzer cannot rule out that the new policy allows more than the old one.",
)
PUBLIC_ACCESS = Rule(
    "access-analyzer-public-access",
    severity="critical",
    why="IAM Access Analyzer cannot rule out that everybody may use the resource.",
)
IDENTITY_TYPES = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
TRUST = "AssumeRolePolicyDocument"
# Resource types of check_no_public_access, by that of the resource that has the policy.
PUBLIC_TYPES = {
    "AWS::DynamoDB::GlobalTable": "AWS::DynamoDB::Table",
    "AWS::DynamoDB::Table": "AWS::DynamoDB::Table",
    "AWS::S3::BucketPolicy": "AWS::S3::Bucket",
    "AWS::SNS::TopicPolicy": "AWS::SNS::Topic",
    "AWS::SQS::QueuePolicy": "AWS::SQS::Queue",
}
PLACEHOLDERS = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "1" * 12}


def opinion(client: Any = None) -> Callable[[Change], Iterator[Finding]]:
    """Return what adds the findings of IAM Access Analyzer about a change.

    `client` is boto3's client of `accessanalyzer`, by default that of the environment. The result
    raises UndecidedError when the service does not answer.
    """

    def findings(change: Change) -> Iterator[Finding]:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield from _findings(client or boto3.client("accessanalyzer"), change)
        except (BotoCoreError, ClientError) as error:
            raise UndecidedError(f"IAM Access Analyzer: {error}") from None

    return findings


def _findings(client: Any, change: Change) -> Iterator[Finding]:
    before = {pair.after.id: pair.before for pair in change.pairs()}
    for resource in change.candidate_resources.values():
        old = dict(_documents(before[resource.id])) if resource.id in before else {}
        for place, document in _documents(resource):
            if document != old.get(place):
                yield from _judge(client, resource, place, document, old.get(place))


def _judge(
    client: Any, resource: Resource, place: str, new: Mapping[str, Any], old: Any
) -> Iterator[Finding]:
    identity = resource.type in IDENTITY_TYPES and not place.endswith(TRUST)
    existing = old or {"Version": "2012-10-17", "Statement": [_deny_all(identity)]}
    answer = client.check_no_new_access(
        newPolicyDocument=json.dumps(new),
        existingPolicyDocument=json.dumps(existing),
        policyType="IDENTITY_POLICY" if identity else "RESOURCE_POLICY",
    )
    if answer["result"] != "PASS":
        yield NEW_ACCESS.finding(resource.path, before=place, after=answer.get("message", "FAIL"))
    kind = "AWS::IAM::AssumeRolePolicyDocument" if place.endswith(TRUST) else None
    kind = kind or PUBLIC_TYPES.get(resource.type)
    if kind:
        answer = client.check_no_public_access(policyDocument=json.dumps(new), resourceType=kind)
        if answer["result"] != "PASS":
            message = answer.get("message", "FAIL")
            yield PUBLIC_ACCESS.finding(resource.path, before=place, after=message)


def _documents(resource: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every policy document in a resource, by its pointer, with placeholders for references."""
    yield from _below(_with_placeholders(resource.properties), "")


def _below(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict) and "Statement" in value:
        yield place.lstrip("/"), value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _below(item, f"{place}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(item, f"{place}/{index}")


def _with_placeholders(properties: Mapping[str, Any]) -> Any:
    def placeholder(found: re.Match[str]) -> str:
        name, _, attribute = found[1].partition(".")
        if attribute.endswith("Arn"):
            return f"arn:aws:placeholder:us-east-1:{'1' * 12}:{name}"
        return PLACEHOLDERS.get(name, name)

    return json.loads(re.sub(r"\$\{([\w:.]+)\}", placeholder, json.dumps(properties)))


def _deny_all(identity: bool) -> dict[str, Any]:
    deny: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    return deny if identity else {**deny, "Principal": "*"}
