"""What the function does on AWS is what its role allows: nothing is denied, nothing unused.

The calls are observed on the client library (conftest.py) while the handler meets every kind
of request; the role is the synthesized template's. Log and trace actions are the Lambda
platform's own, made with the same role, and are pinned apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract.stages import TABLE_ACTIONS
from tests_unit import events
from tests_unit.conftest import TABLE_NAME, Call, Put, handler_with
from tools.template import Element, Template, listed

TABLE = "AWS::DynamoDB::GlobalTable"
LOG_GROUP = "AWS::Logs::LogGroup"
Grant = tuple[str, str]  # action, resource

PLATFORM = {
    ("logs:CreateLogStream", "the function's log group"),
    ("logs:PutLogEvents", "the function's log group"),
    ("xray:PutTelemetryRecords", "*"),
    ("xray:PutTraceSegments", "*"),
}


def observed(put: Put, calls: list[Call]) -> set[Grant]:
    """Actions and resources that the handler uses, whatever it is asked."""
    put()
    stages: list[dict[str, str]] = [{}, {"LOG_LEVEL": "DEBUG"}, {"ALLOWED_ORIGINS": "*"}]
    for variables in stages:
        handler = handler_with(**variables)
        for asked in (events.by_path, events.by_query):
            for user_id in ("ada", "nobody", "not valid", None):
                event = asked(user_id)
                handler.lambda_handler(event, events.Context)
                again = events.with_headers(event, {"If-None-Match": "*", "Origin": "https://a.b"})
                handler.lambda_handler(again, events.Context)
        odd: list[object] = [{}, None, events.by_path("ada", httpMethod="OPTIONS")]
        for odd_event in odd:
            handler.lambda_handler(odd_event, None)
    assert {table for _, table in calls} == {TABLE_NAME}
    return {(action, "the table in TABLE_NAME") for action, _ in calls}


def granted(template: Template) -> set[Grant]:
    """Actions and resources that the function's role allows."""
    function = template.only("AWS::Lambda::Function")
    role = template.referred(function.at("Role"), "AWS::IAM::Role")
    table = function.at("Environment", "Variables", "TABLE_NAME")
    names = {
        template.referred(table, TABLE).arn: "the table in TABLE_NAME",
        template.referred(function.at("LoggingConfig", "LogGroup"), LOG_GROUP).arn: (
            "the function's log group"
        ),
    }
    return {
        (action, names.get(resource, resource))
        for statement in statements_of(template, role)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def statements_of(template: Template, role: Element) -> list[dict[str, Any]]:
    """Every statement of a role, inline or in a policy of its own; all of them allow."""
    assert role.at("ManagedPolicyArns") is None
    documents = [policy["PolicyDocument"] for policy in listed(role.at("Policies"))]
    for resource in template.resources():
        if role.ref in listed(resource.at("Roles")):
            documents.append(resource.at("PolicyDocument"))
    statements = [statement for document in documents for statement in document["Statement"]]
    assert all(set(statement) - {"Sid"} == STATEMENT for statement in statements)
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    return statements


STATEMENT = {"Action", "Effect", "Resource"}


@pytest.mark.promise("least-privilege")
def test_role_grants_what_handler_uses_and_nothing_else(
    prod_template: Template, put: Put, calls: list[Call]
) -> None:
    assert granted(prod_template) - PLATFORM == observed(put, calls)
    assert granted(prod_template) >= PLATFORM


def role_of(template: Template) -> dict[str, Any]:
    (role,) = (
        role
        for role in template.resources("AWS::IAM::Role")
        if "dynamodb:GetItem" in str(role.properties)
    )
    return role.properties


def statement_of(template: Template) -> dict[str, Any]:
    (statement,) = (
        statement
        for policy in role_of(template)["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "dynamodb:GetItem" in listed(statement["Action"])
    )
    found: dict[str, Any] = statement
    return found


CHANGES: dict[str, Callable[[Template], object]] = {
    "another action": lambda t: statement_of(t).update(
        Action=["dynamodb:GetItem", "dynamodb:Query"]
    ),
    "every action": lambda t: statement_of(t).update(Action="dynamodb:*"),
    "every table": lambda t: statement_of(t).update(Resource="*"),
    "another table too": lambda t: statement_of(t).update(
        Resource=[statement_of(t)["Resource"], "arn:aws:dynamodb:::table/other"]
    ),
    "no table at all": lambda t: statement_of(t).update(Action="logs:PutLogEvents", Resource="*"),
    "a denial": lambda t: statement_of(t).update(Effect="Deny"),
    "all but": lambda t: statement_of(t).update(NotAction="dynamodb:Scan"),
    "an attached policy": lambda t: role_of(t).update(ManagedPolicyArns=["arn:aws:iam::aws:x"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_role_is_noticed(prod_template: Template, change: str) -> None:
    changed = Template.from_json(prod_template.copy())
    CHANGES[change](changed)
    try:
        grants = granted(changed)
    except AssertionError:
        return
    promised = {(action, "the table in TABLE_NAME") for action in TABLE_ACTIONS}
    assert grants - PLATFORM != promised


def test_one_more_call_is_noticed(
    handler: Any, dynamodb: Any, calls: list[Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The observer sees any action, of any client, made below the function's code."""
    read = handler.TABLE.read

    def curious(user_id: str) -> Any:
        dynamodb.describe_table(TableName=TABLE_NAME)
        return read(user_id)

    monkeypatch.setattr(handler.TABLE, "read", curious)
    handler.lambda_handler(events.by_path("nobody"), events.Context)
    assert set(calls) == {("dynamodb:DescribeTable", TABLE_NAME), ("dynamodb:GetItem", TABLE_NAME)}
    calls.clear()  # or it would fail this test, as it would any other
