"""Completes, through public AWS APIs, what the emulator's CloudFormation leaves out.

Driven by the synthesized template alone; on AWS each of these calls would change nothing.
Every call may be repeated: a stage that was kept is completed again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.local_stage.clients import Clients
from tools.local_stage.emulator import REGION
from tools.local_stage.problems import LocalStageError
from tools.template import Template


def complete(clients: Clients, stack: Template) -> None:
    """Make the deployed stack what its template says."""
    deployed = _Deployed(clients, stack)
    gateway, dynamodb = clients.apigateway, clients.dynamodb
    for api, properties in deployed.of_type("AWS::ApiGateway::RestApi"):
        _rest_api(gateway, api, properties)
    for _, properties in deployed.of_type("AWS::ApiGateway::Stage"):
        _access_log(gateway, deployed, properties)
    _request_validators(gateway, deployed)
    _gateway_responses(gateway, deployed)
    for table, properties in deployed.of_type("AWS::DynamoDB::GlobalTable"):
        _table(dynamodb, table, properties)


class _Deployed:
    """The stack's resources under the ids that they were given."""

    def __init__(self, clients: Clients, stack: Template) -> None:
        listed = clients.cloudformation.describe_stack_resources(StackName=stack.stack_name)
        self._values = {
            "AWS::AccountId": clients.account,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
        }
        for one in listed["StackResources"]:
            self._values[one["LogicalResourceId"]] = one["PhysicalResourceId"]
        self._stack = stack

    def of_type(self, type_: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Physical id and properties of every resource of a type."""
        for resource in self._stack.resources(type_):
            yield self._values[resource.logical_id], resource.properties

    def value(self, given: Any) -> str:
        """What a property stands for: a literal, a Ref, or a join of these."""
        match given:
            case str():
                return given
            case {"Ref": str(name)} if name in self._values:
                return self._values[name]
            case {"Fn::Join": [str(between), [*parts]]}:
                return between.join(self.value(part) for part in parts)
        raise LocalStageError(f"the local stage cannot complete {given!r}")


def _rest_api(gateway: Any, api: str, properties: dict[str, Any]) -> None:
    """The TLS policy, for reading back: the emulator itself accepts TLS 1.2 and 1.3."""
    changes = {
        "/securityPolicy": properties.get("SecurityPolicy"),
        "/endpointAccessMode": properties.get("EndpointAccessMode"),
    }
    if patch := _replace(changes):
        gateway.update_rest_api(restApiId=api, patchOperations=patch)


def _access_log(gateway: Any, deployed: _Deployed, properties: dict[str, Any]) -> None:
    """The stage's access log setting, for reading back: the emulator writes no access log."""
    setting = properties.get("AccessLogSetting")
    if setting:
        patch = {
            "/accessLogSettings/destinationArn": deployed.value(setting["DestinationArn"]),
            "/accessLogSettings/format": deployed.value(setting["Format"]),
        }
        gateway.update_stage(
            restApiId=deployed.value(properties["RestApiId"]),
            stageName=deployed.value(properties["StageName"]),
            patchOperations=_replace(patch),
        )


def _gateway_responses(gateway: Any, deployed: _Deployed) -> None:
    """The request id of the gateway's own answers: the emulator knows no extended one.

    A stage serves what its deployment found, hence a new deployment.
    """
    changed: set[str] = set()
    for _, properties in deployed.of_type("AWS::ApiGateway::GatewayResponse"):
        text = json.dumps(properties).replace("context.extendedRequestId", "context.requestId")
        known = json.loads(text)
        names = {"ResponseType", "StatusCode", "ResponseParameters", "ResponseTemplates"}
        wanted = {f"{name[0].lower()}{name[1:]}": known[name] for name in names & known.keys()}
        api = deployed.value(known["RestApiId"])
        gateway.put_gateway_response(restApiId=api, **wanted)
        changed.add(api)
    for _, properties in deployed.of_type("AWS::ApiGateway::Stage"):
        api = deployed.value(properties["RestApiId"])
        if api in changed:
            name = deployed.value(properties["StageName"])
            gateway.create_deployment(restApiId=api, stageName=name)


def _request_validators(gateway: Any, deployed: _Deployed) -> None:
    """The validators, and the link of each method to its own."""
    made = {}
    for name, properties in deployed.of_type("AWS::ApiGateway::RequestValidator"):
        made[name] = _request_validator(gateway, deployed, name, properties)
    for _, properties in deployed.of_type("AWS::ApiGateway::Method"):
        if "RequestValidatorId" in properties:
            validator = made[deployed.value(properties["RequestValidatorId"])]
            gateway.update_method(
                restApiId=deployed.value(properties["RestApiId"]),
                resourceId=deployed.value(properties["ResourceId"]),
                httpMethod=properties["HttpMethod"],
                patchOperations=_replace({"/requestValidatorId": validator}),
            )


def _request_validator(
    gateway: Any, deployed: _Deployed, name: str, properties: dict[str, Any]
) -> str:
    """The id of the validator of that name and these flags, made anew if need be."""
    wanted = {
        "name": deployed.value(properties.get("Name", name)),
        "validateRequestBody": properties.get("ValidateRequestBody", False),
        "validateRequestParameters": properties.get("ValidateRequestParameters", False),
    }
    api = deployed.value(properties["RestApiId"])
    for one in gateway.get_request_validators(restApiId=api)["items"]:
        if wanted.items() <= one.items():
            return str(one["id"])
    return str(gateway.create_request_validator(restApiId=api, **wanted)["id"])


def _table(dynamodb: Any, table: str, properties: dict[str, Any]) -> None:
    """Recovery, deletion protection, encryption and tags of the (one) replica."""
    replica = properties["Replicas"][0]
    dynamodb.update_table(
        TableName=table,
        DeletionProtectionEnabled=replica.get("DeletionProtectionEnabled", False),
    )
    if encryption := properties.get("SSESpecification"):
        wanted = {"Enabled": encryption["SSEEnabled"], "SSEType": encryption.get("SSEType", "KMS")}
        dynamodb.update_table(TableName=table, SSESpecification=wanted)
    if recovery := replica.get("PointInTimeRecoverySpecification"):
        dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification=recovery
        )
    if tags := replica.get("Tags"):
        arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
        dynamodb.tag_resource(ResourceArn=arn, Tags=tags)


def _replace(values: Mapping[str, str | None]) -> list[dict[str, str]]:
    """API Gateway's patch operations that set these values."""
    return [
        {"op": "replace", "path": path, "value": value} for path, value in values.items() if value
    ]
