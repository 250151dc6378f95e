"""The stacks that all stages share, and the app that holds every stack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from stack.names import PREFIX, stack_name
from stack.settings import SHARED, SettingsError, read_context
from tools.template import Template

pytestmark = pytest.mark.sees_no_mutant

CONTEXT = read_context(Path(__file__).resolve().parent.parent / "cdk.json")
STAGES = tuple(CONTEXT["stages"])
OURS = "111111111111"
PROD = CONTEXT["stages"]["prod"]
# A team writes the account of prod into its cdk.json.
NAMELESS = {**CONTEXT, "stages": {**CONTEXT["stages"], "prod": {**PROD, "account": ""}}}


@pytest.fixture(scope="module")
def account_stack(synthesis: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack `account`, whose synthesis has no finding."""
    folder = tmp_path_factory.mktemp("account")
    app = synthesis.build(context={**CONTEXT, "stage": "account"}, output=str(folder))
    synthesis.synthesize(app)
    assert synthesis.findings(folder) == set()
    return Template.in_assembly(folder)


@pytest.fixture
def stacks(synthesis: ModuleType) -> Callable[..., list[str]]:
    """`stacks(context=...)` is the names of the stacks that `cdk ls` lists."""

    def names(**arguments: Any) -> list[str]:
        app = synthesis.build(**arguments)
        return [child.node.id for child in app.node.children if child.node.id.startswith(PREFIX)]

    return names


def test_account_stack_gives_the_gateway_a_role_for_its_logs(account_stack: Template) -> None:
    role = account_stack.only("AWS::IAM::Role")
    assert len(account_stack.resources()) == 2
    account = account_stack.only("AWS::ApiGateway::Account")
    assert account.at() == {"CloudWatchRoleArn": role.arn}
    assert role.at("AssumeRolePolicyDocument", "Statement") == [
        {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
        }
    ]


def test_logging_role_writes_logs_and_does_nothing_else(account_stack: Template) -> None:
    """The actions that API Gateway asks for, without the managed policy that holds them."""
    properties = account_stack.only("AWS::IAM::Role").properties
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


def test_sampling_rule_of_each_stage_is_its_settings(synthesis: ModuleType, tmp_path: Path) -> None:
    changed = {**CONTEXT["stages"]["dev"], "traces_per_second": 3, "trace_percent": 7}
    stages = {**CONTEXT["stages"], "dev": changed}
    context = {**CONTEXT, "stages": stages, "stage": "sampling"}
    synthesis.synthesize(synthesis.build(context=context, output=str(tmp_path)))
    template = Template.in_assembly(tmp_path)
    rules = [rule.at("SamplingRule") for rule in template.resources("AWS::XRay::SamplingRule")]
    assert [rule["RuleName"] for rule in rules] == [stack_name(stage) for stage in STAGES]
    assert len({rule["Priority"] for rule in rules}) == len(STAGES)
    rule = rules[STAGES.index("dev")]
    del rule["Priority"]
    assert rule == {
        "RuleName": stack_name("dev"),
        "ServiceName": f"{stack_name('dev')}/dev",
        "ServiceType": "AWS::ApiGateway::Stage",
        "ReservoirSize": 3,
        "FixedRate": 0.07,
        "HTTPMethod": "*",
        "Host": "*",
        "ResourceARN": "*",
        "URLPath": "*",
        "Version": 1,
    }


def test_app_without_stage_holds_every_stack(
    stacks: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    every = [stack_name(name) for name in (*STAGES, *SHARED)]
    assert stacks(context=CONTEXT) == every
    assert capsys.readouterr().err == ""


@pytest.mark.promise("account-checked")
def test_app_without_stage_leaves_refused_stages_out(
    stacks: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stack_name("prod") not in stacks(context=NAMELESS, credentials=OURS)
    note = capsys.readouterr().err
    assert note.startswith("note: stage prod names no account: ")
    assert note.endswith(" it is left out\n")


@pytest.mark.promise("account-checked")
def test_app_of_refused_stage_is_an_error(
    synthesis: ModuleType, stacks: Callable[..., list[str]]
) -> None:
    context = {**NAMELESS, "stage": "prod"}
    with pytest.raises(SettingsError, match="stage prod names no account"):
        synthesis.build(context=context, credentials=OURS)
    assert stacks(context={**context, "account": OURS}, credentials=OURS) == [stack_name("prod")]
