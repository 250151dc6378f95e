"""A stage for development leaves nothing behind; one with real users leaves its users.

Each test deploys a stage to a separate emulator, whose account is empty before and afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tools.local_stage.clients import Clients
    from tools.local_stage.serving import RunningStage

pytestmark = pytest.mark.xdist_group("separate account")
ADA = {"userId": {"S": "ada"}}
PREFIX = "UserApi-"  # of our stacks; the CDK's own stays


@dataclass(frozen=True)
class Account:
    """The account of an emulator, and in it the stack that a test is about."""

    running: RunningStage
    clients: Clients
    stack_name: str

    def client(self, service: str) -> Any:
        return self.clients.of(service)

    @cached_property
    def table_name(self) -> str:
        """The table of the stack, also when the stack is gone."""
        stacks = self.client("cloudformation").describe_stacks(StackName=self.stack_name)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}
        return str(outputs["TableName"])

    def stacks(self) -> list[str]:
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return [stack["StackName"] for stack in stacks if stack["StackName"].startswith(PREFIX)]

    def deploy(self, assembly: Path) -> None:
        """Deploy an assembly with the CDK CLI, which writes to it: a copy."""
        from tools.local_stage.cdk import deploy, stack_in
        from tools.local_stage.completion import complete

        emulator = self.running.emulator
        folder = self.running.folder / f"another-{uuid.uuid4().hex}"
        stack = stack_in(shutil.copytree(assembly, folder / "cdk.out"))
        with deploy(emulator, folder, stack, folder / "outputs.json") as command:
            command.wait(emulator.check_alive)
        complete(self.clients, stack)

    def destroy(self, stack_name: str | None = None) -> None:
        """Delete a stack, by default the one that the test is about."""
        cloudformation, name = self.client("cloudformation"), stack_name or self.stack_name
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )

    def empty(self) -> None:
        """Delete every stack, and the tables that outlive theirs."""
        for stack in self.stacks():
            self.destroy(stack)
        for table in self.tables():
            self.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
            self.client("dynamodb").delete_table(TableName=table)

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


@pytest.fixture(scope="module")
def separate(assembly: Callable[[str], Path]) -> Iterator[Account]:
    """The account of a separate emulator, bootstrapped once for all tests, with the stage dev."""
    from tools.local_stage.clients import Clients
    from tools.local_stage.serving import serve  # here, because no other check needs its tools

    with (
        serve(stage="dev", assembly=assembly("dev")) as running,
        closing(Clients(running.emulator)) as clients,
    ):
        yield Account(running, clients, running.stack_name)


@pytest.fixture
def account(
    request: pytest.FixtureRequest, separate: Account, assembly: Callable[[str], Path]
) -> Iterator[Account]:
    """The separate account, with one stage alone."""
    account = replace(separate, stack_name=f"{PREFIX}{request.param}")
    if account.stack_name not in account.stacks():
        account.deploy(assembly(request.param))
    try:
        yield account
    finally:
        account.empty()


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
    unchecked = {**os.environ, "CDK_VALIDATION": "false"}  # tests_unit checks it, for seconds
    subprocess.run(command, cwd=Path(__file__).resolve().parents[1], env=unchecked, check=True)
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
