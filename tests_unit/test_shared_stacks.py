"""The stacks that all stages share, and the app that holds every stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stack.build import build, findings, synthesize
from stack.settings import STAGES, SettingsError, read_context

pytestmark = pytest.mark.sees_no_mutant

CONTEXT = read_context(Path(__file__).resolve().parent.parent / "cdk.json")
OURS = "111111111111"


def resources(name: str, folder: Path) -> dict[str, Any]:
    """The resources of a shared stack, whose synthesis has no finding."""
    synthesize(build(context={**CONTEXT, "stage": name}, output=str(folder)))
    assert findings(folder) == set()
    template = json.loads((folder / f"UserApi-{name}.template.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = template["Resources"]
    return found


def stacks(**arguments: Any) -> list[str]:
    """The names of the stacks that `cdk ls` lists."""
    app = build(**arguments)
    return [child.node.id for child in app.node.children if child.node.id.startswith("UserApi")]


def test_account_stack_gives_the_gateway_a_role_for_its_logs(tmp_path: Path) -> None:
    found = resources("account", tmp_path)
    account, role = (
        next((name, one) for name, one in found.items() if one["Type"] == type_)
        for type_ in ("AWS::ApiGateway::Account", "AWS::IAM::Role")
    )
    assert len(found) == 2
    assert account[1]["Properties"] == {"CloudWatchRoleArn": {"Fn::GetAtt": [role[0], "Arn"]}}
    assert role[1]["Properties"]["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
        }
    ]


def test_logging_role_writes_logs_and_does_nothing_else(tmp_path: Path) -> None:
    """The actions that API Gateway asks for, without the managed policy that holds them."""
    (role,) = (
        one for one in resources("account", tmp_path).values() if one["Type"] == "AWS::IAM::Role"
    )
    properties = role["Properties"]
    assert set(properties) == {"AssumeRolePolicyDocument", "Policies", "Tags"}
    (policy,) = properties["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement == {
        "Action": [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:FilterLogEvents",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
        ],
        "Effect": "Allow",
        "Resource": "*",
    }


def test_sampling_rule_of_each_stage_is_its_settings(tmp_path: Path) -> None:
    stages = {
        "dev": {**CONTEXT["stages"]["dev"], "traces_per_second": 3, "trace_percent": 7},
        **{name: CONTEXT["stages"][name] for name in STAGES if name != "dev"},
    }
    context = {**CONTEXT, "stages": stages, "stage": "sampling"}
    synthesize(build(context=context, output=str(tmp_path)))
    template = json.loads((tmp_path / "UserApi-sampling.template.json").read_bytes())
    rules = [one["Properties"]["SamplingRule"] for one in template["Resources"].values()]
    assert [rule["RuleName"] for rule in rules] == [f"UserApi-{stage}" for stage in STAGES]
    assert len({rule["Priority"] for rule in rules}) == len(STAGES)
    rule = rules[STAGES.index("dev")]
    del rule["Priority"]
    assert rule == {
        "RuleName": "UserApi-dev",
        "ServiceName": "UserApi-dev/dev",
        "ServiceType": "AWS::ApiGateway::Stage",
        "ReservoirSize": 3,
        "FixedRate": 0.07,
        "HTTPMethod": "*",
        "Host": "*",
        "ResourceARN": "*",
        "URLPath": "*",
        "Version": 1,
    }


def test_app_without_stage_holds_every_stack(capsys: pytest.CaptureFixture[str]) -> None:
    every = [f"UserApi-{name}" for name in (*STAGES, "account", "sampling")]
    assert stacks(context=CONTEXT) == every
    assert capsys.readouterr().err == ""


@pytest.mark.promise("account-checked")
def test_app_without_stage_leaves_refused_stages_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert "UserApi-prod" not in stacks(context=CONTEXT, credentials=OURS)
    note = capsys.readouterr().err
    assert note.startswith("note: stage prod names no account: ")
    assert note.endswith(" it is left out\n")


@pytest.mark.promise("account-checked")
def test_app_of_refused_stage_is_an_error() -> None:
    context = {**CONTEXT, "stage": "prod"}
    with pytest.raises(SettingsError, match="stage prod names no account"):
        build(context=context, credentials=OURS)
    assert stacks(context={**context, "account": OURS}, credentials=OURS) == ["UserApi-prod"]
