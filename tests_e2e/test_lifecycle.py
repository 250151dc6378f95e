"""A stage for development leaves nothing behind; one with real users leaves its users.

Each test deploys a stage to a separate emulator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tools.local_stage import RunningStage

ADA = {"userId": {"S": "ada"}}


class Account:
    """The account that a stage was deployed to."""

    def __init__(self, running: RunningStage) -> None:
        environment = running.environment
        self._session = boto3.Session(
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
        )
        self._where: dict[str, Any] = {
            "endpoint_url": environment["AWS_ENDPOINT_URL"],
            "verify": environment["AWS_CA_BUNDLE"],
        }
        self.stack_name = running.stack_name
        self.table_name = running.table_name

    def client(self, service: str) -> Any:
        return self._session.client(service, **self._where)  # type: ignore[call-overload]

    def destroy(self) -> None:
        cloudformation = self.client("cloudformation")
        cloudformation.delete_stack(StackName=self.stack_name)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=self.stack_name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )

    def tables(self) -> list[str]:
        return list(self.client("dynamodb").list_tables()["TableNames"])

    def roles(self) -> list[str]:
        """The stack's own, without those of the CDK's bootstrap."""
        names = [role["RoleName"] for role in self.client("iam").list_roles()["Roles"]]
        return [name for name in names if name.startswith(self.stack_name)]

    def everything_else(self) -> list[Any]:
        """What the account holds beside tables and roles."""
        return [
            *self.client("apigateway").get_rest_apis()["items"],
            *self.client("cloudwatch").describe_alarms()["MetricAlarms"],
            *self.client("cloudwatch").list_dashboards()["DashboardEntries"],
            *self.client("lambda").list_functions()["Functions"],
            *self.client("logs").describe_log_groups()["logGroups"],
            *self.client("sns").list_topics()["Topics"],
        ]


@pytest.fixture
def account(request: pytest.FixtureRequest, assembly: Callable[[str], Path]) -> Iterator[Account]:
    from tools.local_stage import serve  # here, because no other check needs its tools

    stage = request.param
    with serve(stage=stage, assembly=assembly(stage)) as running:
        yield Account(running)


@pytest.mark.parametrize("account", ["dev"], indirect=True)
def test_development_stage_leaves_nothing(account: Account) -> None:
    assert account.tables() == [account.table_name]
    assert account.everything_else()
    account.destroy()
    assert account.tables() == []
    assert account.everything_else() == []
    # The account's own setting for the logs of all its APIs stays.
    assert [name for name in account.roles() if "LoggingRole" not in name] == []


@pytest.mark.parametrize("account", ["prod"], indirect=True)
def test_users_of_production_survive(account: Account) -> None:
    dynamodb = account.client("dynamodb")
    dynamodb.put_item(TableName=account.table_name, Item=ADA)
    account.destroy()
    assert account.everything_else() == []
    assert account.tables() == [account.table_name]
    with pytest.raises(ClientError, match="protected against deletion"):
        dynamodb.delete_table(TableName=account.table_name)
    assert dynamodb.get_item(TableName=account.table_name, Key=ADA)["Item"] == ADA
