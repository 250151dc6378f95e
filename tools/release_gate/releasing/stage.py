"""A stage of a release: how to reach it, and what its account answers about it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader
from botocore.session import Session

from contract.stages import STAGES
from tools.evidence import template_digest
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ReleasedSet
from tools.release_gate.settings import DEMANDS

# Those whose e2e evidence another stage demands: there the whole suite runs, which writes.
REHEARSING = {
    level.removeprefix("e2e-")
    for demands in DEMANDS.values()
    for level, kind in demands.levels.items()
    if kind == "e2e"
}
# The descriptions of AWS services, which are large: read once for all clients.
SERVICES = create_loader()
ROLLED_BACK = ("UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE")
SETTLED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


@dataclass(frozen=True)
class Stage:
    """A stage by name, its stack, and the environment variables that lead to its account.

    `environment` is for what deploys, `verifying` for what reads and tests (the same unless it is
    given). `url` is read from the stack's output where it is None.
    """

    name: str
    stack_name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    verifying: Mapping[str, str] | None = None
    url: str | None = None

    @property
    def deploy_environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    @property
    def verify_environment(self) -> dict[str, str]:
        return {**os.environ, **(self.environment if self.verifying is None else self.verifying)}

    @property
    def rehearses(self) -> bool:
        """Whether the whole e2e suite runs here, and not the smoke tests alone."""
        return self.name in REHEARSING

    @property
    def signed(self) -> bool:
        return STAGES[self.name].iam

    @property
    def on_aws(self) -> bool:
        """Whether it is deployed to AWS itself, and not to an emulator of it."""
        return "AWS_ENDPOINT_URL" not in self.deploy_environment

    def client(self, service: str, environment: Mapping[str, str] | None = None) -> Any:
        """Return a client, with the credentials that read and test unless others are given."""
        with _environment(environment or self.verify_environment):
            session = Session()
            session.register_component("data_loader", SERVICES)
            return session.create_client(service)


@dataclass(frozen=True)
class Deployed:
    """What CloudFormation answers of a stack."""

    status: str
    template: str  # the digest of its content
    outputs: Mapping[str, str]

    @property
    def settled(self) -> bool:
        return self.status in SETTLED

    @property
    def in_progress(self) -> bool:
        """Whether CloudFormation is still at it, for instance after an interruption."""
        return self.status.endswith("_IN_PROGRESS")

    @property
    def rolled_back(self) -> bool:
        """Whether CloudFormation went back by itself."""
        return self.status in ROLLED_BACK


def belongs_to_account(stage: Stage, released: ReleasedSet) -> None:
    """Check that all credentials are of the account that the set names for the stage.

    The CDK app, which does so on `cdk deploy -c stage=...`, does not run for a sealed set.
    Raises UndecidedError.
    """
    wanted = released.account(stage.name)
    if not wanted:
        raise UndecidedError(
            f"stage {stage.name} names no account: write it to cdk.json as"
            f" stages.{stage.name}.account, and build the set again"
        )
    for what, environment in (
        ("deploy", stage.deploy_environment),
        ("verify", stage.verify_environment),
    ):
        try:
            found = stage.client("sts", environment).get_caller_identity()["Account"]
        except (ClientError, BotoCoreError) as error:
            raise UndecidedError(f"account of stage {stage.name}: {error}") from None
        if wanted not in ("any", found):
            raise UndecidedError(
                f"stage {stage.name} belongs to account {wanted}; the credentials that {what} it"
                f" are of {found}"
            )


def read(stage: Stage) -> Deployed | None:
    """Read a stack back; None where there is no such stack. Raises UndecidedError."""
    try:
        cloudformation = stage.client("cloudformation")
        (stack,) = cloudformation.describe_stacks(StackName=stage.stack_name)["Stacks"]
        answer = cloudformation.get_template(StackName=stage.stack_name, TemplateStage="Original")
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise UndecidedError(f"stack {stage.stack_name}: {error}") from None
    except BotoCoreError as error:
        raise UndecidedError(f"stack {stage.stack_name}: {error}") from None
    body = answer["TemplateBody"]
    outputs = {row["OutputKey"]: row["OutputValue"] for row in stack.get("Outputs", [])}
    digest = template_digest(json.loads(body) if isinstance(body, str) else body)
    return Deployed(stack["StackStatus"], digest, outputs)


def holds(deployed: Deployed | None, released: ReleasedSet | None, stage: Stage) -> bool:
    """Return whether the stack has exactly the template that a set has for the stage."""
    if deployed is None or released is None:
        return False
    return deployed.template == template_digest(released.template(stage.name).body)


def ringing(stage: Stage) -> list[str]:
    """Return the names of the stack's alarms that ring. Raises UndecidedError."""
    try:
        pages = stage.client("cloudformation").get_paginator("list_stack_resources")
        names = [
            row["PhysicalResourceId"]
            for page in pages.paginate(StackName=stage.stack_name)
            for row in page["StackResourceSummaries"]
            if row["ResourceType"] == "AWS::CloudWatch::Alarm"
        ]
        alarms = stage.client("cloudwatch").get_paginator("describe_alarms")
        found = [
            alarm
            for page in (alarms.paginate(AlarmNames=names) if names else ())
            for alarm in page["MetricAlarms"]
        ]
    except (ClientError, BotoCoreError) as error:
        raise UndecidedError(f"alarms of {stage.stack_name}: {error}") from None
    return sorted(alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM")


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """boto3 reads the endpoint, the CA bundle and the profile from the process's environment."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
