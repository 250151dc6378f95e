"""Everything that the stack holds, so that nothing is added unnoticed."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

import pytest

from contract.alarms import ALARMS
from contract.routes import PATHS, ROUTES
from contract.stages import PROJECT, Promised
from tests_infra.test_gateway_errors import TYPES
from tools.template import Element, Template

# Every path, and every path that one of them is below.
PARTS = {part for path in PATHS for part in (path, *map(str, PurePosixPath(path).parents))} - {"/"}
# Type -> how many, and the properties that each may have. The value of a property is checked by
# the tests of its own subject; the lists here keep out the properties that nobody thought of.
PLANNED: dict[str, tuple[int, set[str]]] = {
    "AWS::DynamoDB::GlobalTable": (
        1,
        {"AttributeDefinitions", "BillingMode", "KeySchema", "Replicas", "SSESpecification"},
    ),
    "AWS::Lambda::Function": (
        1,
        {
            "Architectures",
            "Code",
            "Environment",
            "Handler",
            "LoggingConfig",
            "MemorySize",
            "Role",
            "Runtime",
            "Timeout",
            "TracingConfig",
        },
    ),
    "AWS::Lambda::Version": (1, {"FunctionName"}),
    "AWS::Lambda::Alias": (1, {"FunctionName", "FunctionVersion", "Name"}),
    "AWS::Lambda::Permission": (len(ROUTES), {"Action", "FunctionName", "Principal", "SourceArn"}),
    "AWS::IAM::Role": (1, {"AssumeRolePolicyDocument", "Policies"}),
    "AWS::Logs::LogGroup": (3, {"LogGroupName", "RetentionInDays"}),
    "AWS::ApiGateway::RestApi": (
        1,
        {"EndpointAccessMode", "EndpointConfiguration", "Name", "SecurityPolicy"},
    ),
    "AWS::ApiGateway::Resource": (len(PARTS), {"ParentId", "PathPart", "RestApiId"}),
    "AWS::ApiGateway::Method": (
        len(ROUTES) + len(PATHS),  # a preflight for each path
        {
            "AuthorizationType",
            "HttpMethod",
            "Integration",
            "MethodResponses",
            "RequestParameters",
            "RequestValidatorId",
            "ResourceId",
            "RestApiId",
        },
    ),
    "AWS::ApiGateway::RequestValidator": (
        1,
        {"RestApiId", "ValidateRequestParameters"},
    ),
    "AWS::ApiGateway::Model": (2, {"ContentType", "RestApiId", "Schema"}),
    "AWS::ApiGateway::GatewayResponse": (
        len(TYPES),
        {"ResponseParameters", "ResponseTemplates", "ResponseType", "RestApiId", "StatusCode"},
    ),
    "AWS::ApiGateway::Deployment": (1, {"RestApiId"}),
    "AWS::ApiGateway::Stage": (
        1,
        {
            "AccessLogSetting",
            "DeploymentId",
            "MethodSettings",
            "RestApiId",
            "StageName",
            "TracingEnabled",
        },
    ),
    "AWS::SNS::Topic": (1, set()),
    "AWS::SNS::Subscription": (0, {"Endpoint", "Protocol", "TopicArn"}),
    "AWS::SNS::TopicPolicy": (1, {"PolicyDocument", "Topics"}),
    "AWS::CloudWatch::Alarm": (
        len(ALARMS),
        {
            "AlarmActions",
            "AlarmDescription",
            "ComparisonOperator",
            "Dimensions",
            "EvaluationPeriods",
            "ExtendedStatistic",
            "MetricName",
            "Namespace",
            "Period",
            "Statistic",
            "Threshold",
            "TreatMissingData",
        },
    ),
    "AWS::CloudWatch::Dashboard": (1, {"DashboardBody"}),
}
TAGGED = {
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::DynamoDB::GlobalTable",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Topic",
}
# Names that are physical: unique in an account and region, or beyond.
NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SNS::Topic": "TopicName",
}


@pytest.mark.promise("nothing-unplanned")
def test_resources_are_planned_ones(template: Template, promised: Promised) -> None:
    found = Counter(resource.type for resource in template.resources())
    planned = Counter({type_: count for type_, (count, _) in PLANNED.items()})
    planned["AWS::SNS::Subscription"] = len(promised.alarm_addresses)
    assert found == +planned


@pytest.mark.promise("nothing-unplanned")
def test_properties_are_planned_ones(template: Template) -> None:
    unplanned = {}
    for resource in template.resources():
        planned = PLANNED.get(resource.type, (0, set()))[1] | {"Tags", "Description"}
        unplanned[resource.logical_id] = set(resource.properties) - planned
    assert not {name: keys for name, keys in unplanned.items() if keys}


@pytest.mark.promise("nothing-unplanned")
def test_resources_are_unconditional(template: Template) -> None:
    known = {"Type", "Properties", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy"}
    more = {resource.logical_id: set(resource.body) - known for resource in template.resources()}
    assert not {name: keys for name, keys in more.items() if keys}


@pytest.mark.promise("nothing-unplanned")
def test_template_is_resources_and_outputs(template: Template) -> None:
    texts = {"AWSTemplateFormatVersion", "Description", "Metadata"}
    assert set(template.body) - texts == {"Resources", "Outputs"}


@pytest.mark.promise("nothing-unplanned", "data-survives")
def test_only_data_outlives_stack(template: Template, promised: Promised) -> None:
    table = template.only("AWS::DynamoDB::GlobalTable")
    kept = {table.logical_id} if promised.data_kept else set()
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        # No resource of the stack is of a type that has another default.
        policies = {
            resource.logical_id: resource.body.get(policy, "Delete")
            for resource in template.resources()
        }
        unusual = {name: value for name, value in policies.items() if value != "Delete"}
        assert unusual == dict.fromkeys(kept, "Retain")


@pytest.mark.promise("everything-tagged")
def test_taggable_resources_have_tags_of_stage(template: Template, promised: Promised) -> None:
    tags = {"project": PROJECT, "stage": promised.stage}
    taggable = [resource for resource in template.resources() if resource.type in TAGGED]
    assert {resource.logical_id: resource.tags for resource in taggable} == {
        resource.logical_id: tags for resource in taggable
    }


@pytest.mark.promise("everything-tagged")
def test_tagged_types_are_known(template: Template) -> None:
    """Every type that has tags is in the list above, so that none is forgotten there."""
    assert {resource.type for resource in template.resources() if resource.tags} == TAGGED


@pytest.mark.promise("account-shared")
def test_settings_of_account_are_not_in_stage(template: Template) -> None:
    """API Gateway's logging role, X-Ray's rules: the account has them once in each region."""
    types = {resource.type for resource in template.resources()}
    assert not types & {"AWS::ApiGateway::Account", "AWS::XRay::SamplingRule"}


@pytest.mark.promise("names-free")
def test_resources_have_no_physical_name(template: Template, api: Element) -> None:
    for type_, key in NAMES.items():
        for name in [resource.at(key) for resource in template.resources(type_)]:
            # The execution log's name holds the API's id.
            assert name is None or api.ref in name


@pytest.mark.promise("names-free")
def test_api_is_named_after_stack(api: Element) -> None:
    """A name need not be unique, but is what the API's metrics are found by."""
    assert api.at("Name") == "${AWS::StackName}"


@pytest.mark.promise("outputs-complete")
def test_outputs_are_promised_ones(
    template: Template,
    promised: Promised,
    api: Element,
    api_stage: Element,
    table: Element,
    function: Element,
) -> None:
    access, execution = _gateway_groups(template, api_stage)
    url = f"https://{api.ref}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{api_stage.ref}"
    expected = {
        "ApiId": api.ref,
        "StageName": api_stage.ref,
        "Url": url,
        "TableName": table.ref,
        "FunctionName": function.ref,
        "FunctionAlias": "live",
        "FunctionLogGroup": function.at("LoggingConfig", "LogGroup"),
        "AccessLogGroup": access,
        "ExecutionLogGroup": execution,
        "AlarmTopicArn": template.only("AWS::SNS::Topic").ref,
    }
    if promised.iam:  # what it says is the concern of test_permissions
        expected["CallersPolicy"] = template.outputs.get("CallersPolicy", {}).get("Value")
    assert template.outputs == {name: {"Value": value} for name, value in expected.items()}


def _gateway_groups(template: Template, api_stage: Element) -> tuple[str, str]:
    """References to the access and the execution log group."""
    destination = str(api_stage.at("AccessLogSetting", "DestinationArn"))
    groups = template.resources("AWS::Logs::LogGroup")
    access = [resource.ref for resource in groups if destination.endswith(f":{resource.ref}")]
    execution = [resource.ref for resource in groups if resource.at("LogGroupName")]
    assert len(access) == len(execution) == 1
    return access[0], execution[0]
