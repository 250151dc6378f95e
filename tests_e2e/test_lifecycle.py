"""A stage for development leaves nothing behind; one with real users leaves its users.

Each test deploys a stage to a separate emulator.
"""

from __future__ import annotations

import subprocess
import sys
import uuid
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
        self._running = running
        self.stack_name = running.stack_name
        self.table_name = running.table_name

    def client(self, service: str) -> Any:
        return self._session.client(service, **self._where)  # type: ignore[call-overload]

    def deploy(self, assembly: Path) -> None:
        """Deploy one more assembly with the CDK CLI."""
        from tools.local_stage.cdk import deploy, stack_in

        stack = stack_in(assembly)
        folder = self._running.folder / f"another-{uuid.uuid4().hex}"
        folder.mkdir()
        with deploy(self._running.emulator, folder, stack, folder / "outputs.json") as command:
            command.wait(self._running.emulator.check_alive)

    def destroy(self, stack_name: str | None = None) -> None:
        """Delete a stack, by default the stage's own."""
        cloudformation, name = self.client("cloudformation"), stack_name or self.stack_name
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )

    def tables(self) -> list[str]:
        return list(self.client("dynamodb").list_tables()["TableNames"])

    def all_roles(self) -> list[str]:
        return [role["RoleName"] for role in self.client("iam").list_roles()["Roles"]]

    def roles(self) -> list[str]:
        """The stack's own, without those of the CDK's bootstrap."""
        return [name for name in self.all_roles() if name.startswith(self.stack_name)]

    def logging_role(self) -> str:
        """The role by which API Gateway writes the logs of all APIs."""
        return str(self.client("apigateway").get_account().get("cloudwatchRoleArn", ""))

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
    assert account.roles() == []


@pytest.mark.parametrize("account", ["dev"], indirect=True)
def test_stages_of_one_account_share_its_logging_role(
    account: Account, assembly: Callable[[str], Path], tmp_path: Path
) -> None:
    """Stages come and go, and neither replaces the role nor leaves a second one."""
    account.deploy(_synthesized("account", tmp_path / "account"))
    shared = account.logging_role()
    assert shared
    account.deploy(assembly("staging"))
    account.destroy("UserApi-dev")
    account.deploy(assembly("dev"))
    account.destroy("UserApi-staging")
    assert account.logging_role() == shared
    assert [name for name in account.all_roles() if "LoggingRole" in name] == [
        shared.rpartition("/")[2]
    ]


def _synthesized(name: str, folder: Path) -> Path:
    """The assembly of a stack that all stages share."""
    command = [sys.executable, "-m", "stack", "--stage", name, "--output", str(folder)]
    subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=True)
    return folder


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
