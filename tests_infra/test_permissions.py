"""Who may do what: roles, resource policies and invoke permissions, each exactly."""

from __future__ import annotations

import pytest

from contract.routes import ROUTES
from contract.stages import TABLE_ACTIONS, Promised
from tests_infra.grants import grant, grants, role_grants
from tools.template import Element, Template, decoded

ROLE = "AWS::IAM::Role"
ASSUME = "sts:AssumeRole"


@pytest.fixture
def function_role(template: Template, function: Element) -> Element:
    return template.referred(function.at("Role"), ROLE)


@pytest.mark.promise("least-privilege")
def test_function_may_use_table_and_write_logs_and_traces(
    function_role: Element, function: Element, table: Element, template: Template
) -> None:
    group = template.referred(function.at("LoggingConfig", "LogGroup"), "AWS::Logs::LogGroup")
    assert role_grants(function_role) == {
        *(grant("Allow", action, resource=table.arn) for action in TABLE_ACTIONS),
        grant("Allow", "logs:CreateLogStream", resource=group.arn),
        grant("Allow", "logs:PutLogEvents", resource=group.arn),
        grant("Allow", "xray:PutTelemetryRecords", resource="*"),
        grant("Allow", "xray:PutTraceSegments", resource="*"),
    }


@pytest.mark.promise("least-privilege")
def test_only_lambda_assumes_role_of_function(function_role: Element) -> None:
    assert grants(function_role.at("AssumeRolePolicyDocument")) == {
        grant("Allow", ASSUME, principal="Service:lambda.amazonaws.com")
    }


@pytest.mark.promise("no-other-permissions")
def test_roles_have_inline_policies_only(template: Template) -> None:
    for role in template.resources(ROLE):
        known = {"AssumeRolePolicyDocument", "Policies", "Tags", "Description"}
        assert set(role.properties) <= known


@pytest.mark.promise("no-other-permissions")
def test_policies_are_inside_roles(template: Template) -> None:
    kinds = {
        resource.type for resource in template.resources() if resource.type.startswith("AWS::IAM::")
    }
    assert kinds == {ROLE}


@pytest.mark.promise("no-other-permissions")
def test_only_own_alarms_publish_and_over_tls(template: Template, topic: Element) -> None:
    policy = template.only("AWS::SNS::TopicPolicy")
    assert policy.at("Topics") == [topic.ref]
    alarms = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"
    assert grants(policy.at("PolicyDocument")) == {
        grant(
            "Deny",
            "sns:Publish",
            resource=topic.ref,
            principal="*",
            condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
        grant(
            "Allow",
            "sns:Publish",
            resource=topic.ref,
            principal="Service:cloudwatch.amazonaws.com",
            condition={
                "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
                "ArnLike": {"aws:SourceArn": alarms},
            },
        ),
    }


@pytest.mark.promise("callers-policy")
def test_callers_policy_allows_routes_of_this_stage(
    template: Template, api: Element, api_stage: Element, promised: Promised
) -> None:
    if not promised.iam:  # everybody may call an open stage
        assert "CallersPolicy" not in template.outputs
        return
    root = (
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}"
        f":{api.ref}/{api_stage.ref}"
    )
    assert grants(decoded(template.outputs.get("CallersPolicy", {}).get("Value"))) == {
        grant("Allow", "execute-api:Invoke", resource=f"{root}/{route.invoked}") for route in ROUTES
    }


@pytest.mark.promise("only-gateway-invokes")
def test_only_methods_of_api_invoke_alias(
    template: Template, alias: Element, api: Element, api_stage: Element
) -> None:
    root = (
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}"
        f":{api.ref}/{api_stage.ref}"
    )
    expected = [
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": alias.ref,
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": f"{root}/{route.invoked}",
        }
        for route in sorted(ROUTES, key=lambda route: route.invoked)
    ]
    permissions = [
        dict(resource.at()) for resource in template.resources("AWS::Lambda::Permission")
    ]
    assert sorted(permissions, key=lambda resource: str(resource.get("SourceArn"))) == expected


@pytest.mark.promise("only-gateway-invokes")
def test_function_has_no_other_entrance(template: Template) -> None:
    """No URL, no event source: everything of Lambda's is known."""
    kinds = {
        resource.type
        for resource in template.resources()
        if resource.type.startswith("AWS::Lambda::")
    }
    assert kinds == {
        f"AWS::Lambda::{kind}" for kind in ("Alias", "Function", "Permission", "Version")
    }
