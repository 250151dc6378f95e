"""What somebody changed by hand is found, with the services of moto behind a small stack."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tools.release_gate import read_back
from tools.release_gate.problems import UndecidedError
from tools.release_gate.resolving import Physical

STATEMENT = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
OTHER = {**STATEMENT, "Action": "logs:CreateLogStream"}


def _policy(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
TRUST = _policy({**LAMBDA, "Action": "sts:AssumeRole"})
EVERYBODY = _policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
ALARM: dict[str, Any] = {
    "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:topic"],
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "MetricName": "Errors",
    "Namespace": "AWS/Lambda",
    "Period": 300,
    "Statistic": "Sum",
    "Threshold": 1,
}
KEY = [{"AttributeName": "userId", "KeyType": "HASH"}]
TEMPLATE = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "Policies": [{"PolicyName": "Own", "PolicyDocument": _policy(STATEMENT)}],
            },
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
        "Users": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": KEY,
                "DeletionProtectionEnabled": True,
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        },
        "Errors": {"Type": "AWS::CloudWatch::Alarm", "Properties": ALARM},
    }
}
Edit = Callable[[Any], object]


class _CloudFormation:
    """Answers for a stack whose resources are called as their logical ids."""

    def get_template(self, **_: str) -> dict[str, Any]:
        return {"TemplateBody": TEMPLATE}

    def get_paginator(self, _: str) -> _CloudFormation:
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        rows = [{"LogicalResourceId": n, "PhysicalResourceId": n} for n in TEMPLATE["Resources"]]
        yield {"StackResourceSummaries": rows}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """`client("iam")` is the service behind the stack, just as the template describes it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    with mock_aws():

        @functools.cache
        def made(service: str) -> Any:
            if service == "cloudformation":
                return _CloudFormation()
            return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]

        _deploy(made)
        yield made


def _deploy(client: Callable[[str], Any]) -> None:
    iam = client("iam")
    iam.create_role(RoleName="Role", AssumeRolePolicyDocument=json.dumps(TRUST))
    own = json.dumps(_policy(STATEMENT))
    iam.put_role_policy(RoleName="Role", PolicyName="Own", PolicyDocument=own)
    client("logs").create_log_group(logGroupName="Logs")
    client("logs").put_retention_policy(logGroupName="Logs", retentionInDays=7)
    client("dynamodb").create_table(
        TableName="Users",
        KeySchema=KEY,
        AttributeDefinitions=[{"AttributeName": "userId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    _recover(client, enabled=True)
    client("cloudwatch").put_metric_alarm(AlarmName="Errors", TreatMissingData="missing", **ALARM)


def _recover(client: Callable[[str], Any], *, enabled: bool) -> None:
    client("dynamodb").update_continuous_backups(
        TableName="Users",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
    )


def test_untouched_stack_has_no_differences(client: Callable[[str], Any]) -> None:
    template, differences = read_back.read("S", paths={"Users": "Users/Resource"}, clients=client)
    assert differences == {}
    assert template.body == TEMPLATE
    assert template.names["Users"] == "Users/Resource"


BY_HAND: dict[str, tuple[Edit, str]] = {
    "policy is added": (
        lambda client: client("iam").put_role_policy(
            RoleName="Role", PolicyName="More", PolicyDocument=json.dumps(_policy(OTHER))
        ),
        "Role Policies",
    ),
    "policy is wider": (
        lambda client: client("iam").put_role_policy(
            RoleName="Role",
            PolicyName="Own",
            PolicyDocument=json.dumps(_policy({**STATEMENT, "Action": "*"})),
        ),
        "Role Policies",
    ),
    "anybody is trusted": (
        lambda client: client("iam").update_assume_role_policy(
            RoleName="Role", PolicyDocument=json.dumps(EVERYBODY)
        ),
        "Role AssumeRolePolicyDocument",
    ),
    "logs are kept for a day": (
        lambda client: client("logs").put_retention_policy(logGroupName="Logs", retentionInDays=1),
        "Logs RetentionInDays",
    ),
    "log group is gone": (
        lambda client: client("logs").delete_log_group(logGroupName="Logs"),
        "Logs RetentionInDays",
    ),
    "table is not protected": (
        lambda client: client("dynamodb").update_table(
            TableName="Users", DeletionProtectionEnabled=False
        ),
        "Users DeletionProtectionEnabled",
    ),
    "table is not recoverable": (
        lambda client: _recover(client, enabled=False),
        "Users PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled",
    ),
    "alarm is gone": (
        lambda client: client("cloudwatch").delete_alarms(AlarmNames=["Errors"]),
        "Errors Threshold",
    ),
    "alarm tells nobody": (
        lambda client: client("cloudwatch").disable_alarm_actions(AlarmNames=["Errors"]),
        "Errors ActionsEnabled",
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_change_by_hand_is_found(client: Callable[[str], Any], name: str) -> None:
    edit, place = BY_HAND[name]
    edit(client)
    _, differences = read_back.read("S", paths={}, clients=client)
    assert list(differences) == [place]


def test_unknown_stack_is_undecided() -> None:
    class Unknown:
        def get_template(self, **_: str) -> Any:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "no"}}, "GetTemplate"
            )

    with pytest.raises(UndecidedError, match="stack S"):
        read_back.read("S", paths={}, clients=lambda _: Unknown())


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("${Users}", "S-Users-1", True),
        ("${Users.Arn}", "arn:aws:dynamodb:eu-west-1:1:table/S-Users-1", True),
        ("${Users.Arn}", "arn:aws:dynamodb:eu-west-1:1:table/S-Others-1", False),
        ("arn:${AWS::Partition}:logs", "arn:aws-cn:logs", True),
        ("${Version.Version}", "4", True),
        ("${Version.Version}", "$LATEST", False),
        (["a", "b"], ["b", "a"], True),
        (["a"], ["a", "b"], False),
        ("a", ["a"], True),
        (7, 7.0, True),
        ("7", 7, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        (None, [], True),
        (None, "x", False),
        (False, None, True),
        (True, None, False),
    ],
)
def test_value_matches_what_was_deployed(wanted: Any, found: Any, same: bool) -> None:
    ids = {"Users": "S-Users-1", "Version": "arn:aws:lambda:eu-west-1:1:function:f:4"}
    assert Physical(ids).matches(wanted, found) is same
