"""Changes of what is deployed: permissions, the table, the retention of logs."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from tools.local_stage.serving import RunningStage
from tools.proof.stage.fault import Change, Clients, Undo, block

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
UNITS = {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}


@block("change")
def grants(action: str) -> Change:
    """The function's role may call one action more, on every resource."""

    def change(clients: Clients, running: RunningStage) -> Undo:
        policy = {"RoleName": _role(clients, running), "PolicyName": "more"}
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        clients("iam").put_role_policy(**policy, PolicyDocument=document)
        return partial(clients("iam").delete_role_policy, **policy)

    return change


@block("change")
def function_is_administrator() -> Change:
    """The function's role has AWS's administrator policy."""

    def change(clients: Clients, running: RunningStage) -> Undo:
        policy = {"RoleName": _role(clients, running), "PolicyArn": ADMINISTRATOR}
        clients("iam").attach_role_policy(**policy)
        return partial(clients("iam").detach_role_policy, **policy)

    return change


def _role(clients: Clients, running: RunningStage) -> str:
    function: dict[str, Any] = clients("lambda").get_function_configuration(
        FunctionName=running.outputs["FunctionName"]
    )
    return str(function["Role"].rpartition("/")[2])


@block("change")
def table_provisioned() -> Change:
    """The table bills provisioned capacity."""

    def change(clients: Clients, running: RunningStage) -> Undo:
        bills = partial(clients("dynamodb").update_table, TableName=running.outputs["TableName"])
        bills(BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
        return partial(bills, BillingMode="PAY_PER_REQUEST")

    return change


@block("change")
def table_not_recoverable() -> Change:
    """Point-in-time recovery is off."""

    def change(clients: Clients, running: RunningStage) -> Undo:
        def recovery(*, enabled: bool) -> None:
            clients("dynamodb").update_continuous_backups(
                TableName=running.outputs["TableName"],
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
            )

        recovery(enabled=False)
        return partial(recovery, enabled=True)

    return change


@block("change")
def retention(output: str, days: int | None = None) -> Change:
    """Keep the log group of that output for so many days; None: without end."""

    def change(clients: Clients, running: RunningStage) -> Undo:
        logs, group = clients("logs"), running.outputs[output]
        before = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
        _keep(logs, group, days)
        return lambda: _keep(logs, group, before.get("retentionInDays"))

    return change


def _keep(logs: Any, group: str, days: int | None) -> None:
    if days is None:
        logs.delete_retention_policy(logGroupName=group)
    else:
        logs.put_retention_policy(logGroupName=group, retentionInDays=days)
