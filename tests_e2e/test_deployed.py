"""What was deployed, read back from AWS: what exists, not what the template declares."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from contract.stages import TABLE_ACTIONS
from tests_e2e import aws
from tests_e2e.leftovers import Journal
from tests_e2e.target import Target
from tests_e2e.users import Users

X_RAY = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}

# Tries calls with the role that it runs under; returns "allowed" or the error code of each.
TRIES_CALLS = """
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

def handler(event, context):
    session = botocore.session.get_session()
    outcomes = []
    for service, operation, parameters in event:
        config = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})
        client = session.create_client(service, config=config)
        try:
            getattr(client, operation)(**parameters)
            outcomes.append("allowed")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
    return outcomes
"""


@pytest.fixture(scope="session")
def function(deployed: dict[str, str]) -> dict[str, Any]:
    configuration: dict[str, Any] = aws.client("lambda").get_function_configuration(
        FunctionName=deployed["FunctionName"]
    )
    return configuration


@pytest.mark.smoke
@pytest.mark.promise("logs-expire")
def test_log_groups_keep_logs_as_promised(deployed: dict[str, str], stage: Target) -> None:
    pages = aws.client("cloudformation").get_paginator("list_stack_resources")
    names = {
        resource["PhysicalResourceId"]
        for page in pages.paginate(StackName=stage.stack_name)
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Logs::LogGroup"
    }
    outputs = ("FunctionLogGroup", "AccessLogGroup", "ExecutionLogGroup")
    assert names == {deployed[output] for output in outputs}
    kept: dict[str, int | None] = {}
    for name in names:
        groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        kept |= {group["logGroupName"]: group.get("retentionInDays") for group in groups}
    promised = dict.fromkeys(names, stage.expected.log_retention_days)
    assert {name: kept.get(name) for name in names} == promised


@pytest.mark.smoke
@pytest.mark.promise("table-on-demand")
def test_table_bills_on_demand(deployed: dict[str, str]) -> None:
    table = aws.client("dynamodb").describe_table(TableName=deployed["TableName"])["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.smoke
@pytest.mark.promise("table-recoverable")
def test_table_is_recoverable(deployed: dict[str, str]) -> None:
    backups = aws.client("dynamodb").describe_continuous_backups(TableName=deployed["TableName"])
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.smoke
@pytest.mark.promise("least-privilege")
def test_role_grants_exactly_what_function_needs(
    deployed: dict[str, str], function: dict[str, Any]
) -> None:
    iam, role = aws.client("iam"), function["Role"].rpartition("/")[2]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    granted = {grant for document in documents for grant in _grants(document)}
    table = aws.client("dynamodb").describe_table(TableName=deployed["TableName"])["Table"]
    log_group = f":log-group:{deployed['FunctionLogGroup']}:*"
    own = {(action, table["TableArn"]) for action in TABLE_ACTIONS}
    assert own <= granted
    granted -= own
    assert {action for action, _ in granted} == X_RAY | LOGS
    for action, resource in granted:
        assert resource == "*" if action in X_RAY else resource.endswith(log_group)
    assert len(granted) == len(X_RAY | LOGS)


@pytest.mark.smoke
@pytest.mark.promise("least-privilege")
def test_role_is_assumed_by_lambda_alone(function: dict[str, Any]) -> None:
    role = aws.client("iam").get_role(RoleName=function["Role"].rpartition("/")[2])["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.promise("least-privilege")
@pytest.mark.usefixtures("principals")
def test_role_reads_its_table_and_nothing_else(
    users: Users, function: dict[str, Any], journal: Journal
) -> None:
    """Tried, not read: another function runs under the same role."""
    own = {"TableName": users.table}
    key = {"Key": {"userId": {"S": users.put().id}}}
    other = {"TableName": f"{users.table}-other"}
    item = {"Item": key["Key"]}
    match = {
        "KeyConditionExpression": "userId = :id",
        "ExpressionAttributeValues": {":id": {"S": "ada"}},
    }
    refused: list[tuple[str, str, dict[str, Any]]] = [
        ("dynamodb", "get_item", {**other, **key}),
        ("dynamodb", "scan", own),
        ("dynamodb", "query", {**own, **match}),
        ("dynamodb", "put_item", {**own, **item}),
        ("dynamodb", "put_item", {**other, **item}),
        ("dynamodb", "update_item", {**own, **key}),
        ("dynamodb", "delete_item", {**own, **key}),
        ("dynamodb", "describe_table", own),
        ("dynamodb", "delete_table", other),
        ("dynamodb", "list_tables", {}),
        ("s3", "list_buckets", {}),
        ("iam", "list_users", {}),
        ("lambda", "list_functions", {}),
        ("logs", "describe_log_groups", {}),
        ("secretsmanager", "list_secrets", {}),
    ]
    refused = [call for call in refused if not _is_promised(*call, table=users.table)]
    allowed = ("dynamodb", "get_item", {**own, **key, "ConsistentRead": True})
    outcomes = _tried([allowed, *refused], function, journal)
    assert outcomes[0] == "allowed"
    passed = [
        call[:2] for call, code in zip(refused, outcomes[1:], strict=True) if not _denied(code)
    ]
    assert not passed, f"the role may do more than it needs: {passed}: {outcomes}"


def _is_promised(service: str, operation: str, call: dict[str, Any], *, table: str) -> bool:
    action = f"{service}:{operation.title().replace('_', '')}"
    return action in TABLE_ACTIONS and call.get("TableName") == table


def _denied(code: str) -> bool:
    return code in ("AccessDeniedException", "AccessDenied")


def _grants(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every action with every resource that a policy allows."""
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        assert not {"NotAction", "NotResource"} & statement.keys()
        for action in _list(statement["Action"]):
            for resource in _list(statement["Resource"]):
                yield action, resource


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _tried(calls: list[Any], function: dict[str, Any], journal: Journal) -> list[str]:
    lambda_, name = aws.client("lambda"), f"e2e-{uuid.uuid4().hex}"
    journal.placed("function", name)
    try:
        lambda_.create_function(
            FunctionName=name,
            Role=function["Role"],
            Runtime=function["Runtime"],
            Handler="tries_calls.handler",
            Code={"ZipFile": _zipped("tries_calls.py", TRIES_CALLS)},
            Timeout=60,
            MemorySize=512,
        )
        lambda_.get_waiter("function_active_v2").wait(FunctionName=name)
        payload = lambda_.invoke(FunctionName=name, Payload=json.dumps(calls))["Payload"].read()
    finally:
        journal.remove("function", name)
    outcomes: list[str] = json.loads(payload)
    assert len(outcomes) == len(calls), outcomes
    return outcomes


def _zipped(name: str, text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    return file.getvalue()
