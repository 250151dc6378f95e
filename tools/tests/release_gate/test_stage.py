"""What a release asks of a stage's account before it deploys, and how it reads its stack back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tools.evidence import template_digest
from tools.release_gate import released_set
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ReleasedSet
from tools.release_gate.releasing import actions, release
from tools.release_gate.releasing import stage as stages
from tools.release_gate.releasing.release import Plan
from tools.release_gate.releasing.stage import Deployed, Stage
from tools.release_gate.releasing.steps import StepFailedError, Steps

OWN, OTHER = "123456789012", "999999999999"  # the account of moto's credentials, and another
PROD = Stage("prod", "UserApi-prod")


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


def _set(base: ReleasedSet, account: str) -> ReleasedSet:
    """Return the set as it is where cdk.json names this account for prod."""
    settings = {"prod": {**base.seal["settings"]["prod"], "account": account}}
    return ReleasedSet(base.folder, {**base.seal, "settings": settings})


@pytest.mark.parametrize("named", [OWN, "any"])
def test_credentials_of_stage_own_account_are_taken(base_set: Path, named: str) -> None:
    stages.belongs_to_account(PROD, _set(released_set.load(base_set), named))


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (OTHER, f"stage prod belongs to account {OTHER}; .* that deploy it are of {OWN}"),
        ("", "stage prod names no account: write it to cdk.json as stages.prod.account"),
    ],
)
def test_release_with_credentials_of_another_account_touches_nothing(
    base_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, message: str
) -> None:
    acted: list[str] = []
    for name in ("gate", "deploy", "place_smoke_user"):
        monkeypatch.setattr(actions, name, lambda *_, _name=name, **__: acted.append(_name))
    candidate = _set(released_set.load(base_set), named)
    plan = Plan(candidate, (PROD,), tmp_path / "keep", tmp_path)
    with pytest.raises(UndecidedError, match=message):
        release.release(plan, Steps(tmp_path, lambda _: None))
    assert acted == []
    assert not (tmp_path / "keep").exists()


def test_credentials_that_verify_are_of_same_account(
    base_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each client is asked with its own environment: here, the role of another account."""
    client = Stage.client
    arn = f"arn:aws:iam::{OTHER}:role/verify"

    def assumed(stage: Stage, service: str, environment: Mapping[str, str]) -> Any:
        if environment.get("AWS_PROFILE") != "verify":
            return client(stage, service, environment)
        answer = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="verify")[
            "Credentials"
        ]
        keys = (answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
        return boto3.Session(*keys).client("sts")

    monkeypatch.setattr(Stage, "client", assumed)
    stage = Stage("prod", "UserApi-prod", {}, {"AWS_PROFILE": "verify"})
    candidate = _set(released_set.load(base_set), OWN)
    with pytest.raises(UndecidedError, match=f"credentials that verify it are of {OTHER}"):
        stages.belongs_to_account(stage, candidate)


def test_missing_credentials_are_named(
    base_set: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(UndecidedError, match=r"^account of stage prod: [^\n]+$"):
        stages.belongs_to_account(PROD, released_set.load(base_set))


TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


def test_stack_is_read_back_with_status_and_template() -> None:
    assert stages.read(PROD) is None
    boto3.client("cloudformation").create_stack(
        StackName=PROD.stack_name, TemplateBody=json.dumps(TEMPLATE)
    )
    deployed = stages.read(PROD)
    assert deployed == Deployed("CREATE_COMPLETE", template_digest(TEMPLATE), {})


@pytest.mark.parametrize(
    ("status", "settled", "in_progress", "rolled_back"),
    [
        ("UPDATE_COMPLETE", True, False, False),
        ("UPDATE_ROLLBACK_COMPLETE", True, False, True),
        ("ROLLBACK_COMPLETE", False, False, True),
        ("UPDATE_IN_PROGRESS", False, True, False),
        ("UPDATE_ROLLBACK_IN_PROGRESS", False, True, False),
        ("UPDATE_ROLLBACK_FAILED", False, False, False),
    ],
)
def test_status_says_who_acted(
    status: str, settled: bool, in_progress: bool, rolled_back: bool
) -> None:
    deployed = Deployed(status, "", {})
    assert (deployed.settled, deployed.in_progress, deployed.rolled_back) == (
        settled,
        in_progress,
        rolled_back,
    )


@pytest.mark.parametrize(
    ("deployed", "message"),
    [
        (None, "no stack"),
        (Deployed("UPDATE_ROLLBACK_COMPLETE", "", {}), "UPDATE_ROLLBACK_COMPLETE"),
        (Deployed("UPDATE_ROLLBACK_FAILED", "", {}), "UPDATE_ROLLBACK_FAILED"),
        (Deployed("UPDATE_COMPLETE", "0123", {}), "its template is not that of the set"),
    ],
)
def test_deployment_that_left_another_stack_is_bad(
    base_set: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deployed: Deployed | None,
    message: str,
) -> None:
    """Whatever the CDK CLI's exit code was."""
    monkeypatch.setattr(Steps, "run", lambda *_, **__: None)
    monkeypatch.setattr(stages, "read", lambda _: deployed)
    with pytest.raises(StepFailedError, match=message):
        actions.deploy(Steps(tmp_path, lambda _: None), PROD, released_set.load(base_set))


ALARM = "AWS::CloudWatch::Alarm"


class Alarms:
    """A stack of two alarms, beside an alarm that is not of the stack."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloudwatch = boto3.client("cloudwatch")
        for name in ("Errors", "Latency", "Foreign"):
            self.cloudwatch.put_metric_alarm(
                AlarmName=name,
                MetricName="m",
                Namespace="n",
                Period=60,
                Statistic="Sum",
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
            )
        rows = [
            {"PhysicalResourceId": "Errors", "ResourceType": ALARM},
            {"PhysicalResourceId": "Latency", "ResourceType": ALARM},
            {"PhysicalResourceId": "Users", "ResourceType": "AWS::DynamoDB::Table"},
        ]
        client = Stage.client

        def made(stage: Stage, service: str) -> Any:
            return _Stack(rows) if service == "cloudformation" else client(stage, service)

        monkeypatch.setattr(Stage, "client", made)

    def rings(self, name: str) -> None:
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")


class _Stack:
    """CloudFormation's paginator: moto's stacks have no alarms."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self.rows = rows

    def get_paginator(self, name: str) -> _Stack:
        assert name == "list_stack_resources"
        return self

    def paginate(self, StackName: str) -> list[Any]:  # noqa: N803 - boto3's name
        assert StackName == PROD.stack_name
        return [{"StackResourceSummaries": [row]} for row in self.rows]


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> Alarms:
    return Alarms(monkeypatch)


def test_ringing_alarm_of_stack_stops_release_before_deployment(
    alarms: Alarms, tmp_path: Path
) -> None:
    steps = Steps(tmp_path, lambda _: None)
    alarms.rings("Foreign")
    actions.alarms_are_quiet(steps, PROD)
    alarms.rings("Latency")
    with pytest.raises(StepFailedError, match="prod: an alarm rings: Latency"):
        actions.alarms_are_quiet(steps, PROD)


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_alarm_that_rings_while_watched_is_seen(
    alarms: Alarms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """At the first look, at one in between, and at the last, when the time is over."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        if now[0] >= looks * actions.ALARM_SECONDS:
            alarms.rings("Errors")

    monkeypatch.setattr("time.sleep", sleep)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    if not looks:
        alarms.rings("Errors")
    steps = Steps(tmp_path, lambda _: None)
    with pytest.raises(StepFailedError, match="prod: an alarm rings: Errors"):
        actions.watch(steps, PROD, 2 * actions.ALARM_SECONDS)
    assert now[0] == looks * actions.ALARM_SECONDS


def test_quiet_alarms_are_watched_to_end(
    alarms: Alarms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    alarms.rings("Foreign")
    actions.watch(Steps(tmp_path, lambda _: None), PROD, 25.0)
    assert now[0] == 25.0
