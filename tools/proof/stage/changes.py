"""Faults that are no proxy's: something is really deployed otherwise, and put right again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from tools.local_stage import RunningStage

Clients = Callable[[str], Any]  # service -> boto3 client that goes around the proxy
Change = Callable[[Clients, RunningStage], AbstractContextManager[None]]


@contextmanager
def logs_kept_30_days(clients: Clients, running: RunningStage) -> Iterator[None]:
    logs, group = clients("logs"), running.outputs["AccessLogGroup"]
    logs.put_retention_policy(logGroupName=group, retentionInDays=30)
    yield
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)


@contextmanager
def logs_kept_for_ever(clients: Clients, running: RunningStage) -> Iterator[None]:
    logs, group = clients("logs"), running.outputs["FunctionLogGroup"]
    logs.delete_retention_policy(logGroupName=group)
    yield
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)


@contextmanager
def table_provisioned(clients: Clients, running: RunningStage) -> Iterator[None]:
    table = {"TableName": running.outputs["TableName"]}
    units = {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}
    clients("dynamodb").update_table(
        **table, BillingMode="PROVISIONED", ProvisionedThroughput=units
    )
    yield
    clients("dynamodb").update_table(**table, BillingMode="PAY_PER_REQUEST")


@contextmanager
def table_not_recoverable(clients: Clients, running: RunningStage) -> Iterator[None]:
    def recover(enabled: bool) -> None:
        clients("dynamodb").update_continuous_backups(
            TableName=running.outputs["TableName"],
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
        )

    recover(False)
    yield
    recover(True)


def grants_more(action: str, resource: str = "*") -> Change:
    """The function's role may do one thing more."""

    @contextmanager
    def change(clients: Clients, running: RunningStage) -> Iterator[None]:
        policy = {"RoleName": _role(clients, running), "PolicyName": "more"}
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        clients("iam").put_role_policy(**policy, PolicyDocument=document)
        yield
        clients("iam").delete_role_policy(**policy)

    return change


@contextmanager
def administrator(clients: Clients, running: RunningStage) -> Iterator[None]:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    policy = {"RoleName": _role(clients, running), "PolicyArn": arn}
    clients("iam").attach_role_policy(**policy)
    yield
    clients("iam").detach_role_policy(**policy)


def _role(clients: Clients, running: RunningStage) -> str:
    function = clients("lambda").get_function_configuration(
        FunctionName=running.outputs["FunctionName"]
    )
    return str(function["Role"].rpartition("/")[2])
