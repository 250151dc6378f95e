"""Completes a deployment through public AWS APIs: what the emulator's CloudFormation leaves out.

The template alone says what is left out; on AWS each of these calls would change nothing.
Every call may be repeated: a stage that was kept is completed again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.local_stage.clients import Clients
from tools.local_stage.emulator import REGION
from tools.local_stage.programs import LocalStageError
from tools.template import Template


def complete(clients: Clients, stack: Template) -> None:
    """Make the deployed stack what its template says."""
    deployed = _Deployed(clients, stack)
    gateway, dynamodb = clients.of("apigateway"), clients.of("dynamodb")
    for api, properties in deployed.of_type("AWS::ApiGateway::RestApi"):
        _rest_api(gateway, api, properties)
    for _, properties in deployed.of_type("AWS::ApiGateway::Stage"):
        _access_log(gateway, deployed, properties)
    _request_validators(gateway, deployed)
    _gateway_responses(gateway, deployed)
    for table, properties in deployed.of_type("AWS::DynamoDB::GlobalTable"):
        _table(dynamodb, table, properties)


class _Deployed:
    """The stack's resources, with their physical ids."""

    def __init__(self, clients: Clients, stack: Template) -> None:
        cloudformation = clients.of("cloudformation")
        listed = cloudformation.describe_stack_resources(StackName=stack.stack_name)
        self._values = {
            "AWS::AccountId": clients.account,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
        }
        for resource in listed["StackResources"]:
            self._values[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]
        self._stack = stack

    def of_type(self, type_: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield physical id and properties of every resource of a type."""
        for resource in self._stack.resources(type_):
            yield self._values[resource.logical_id], resource.properties

    def value(self, written: Any) -> str:
        """Return what a literal, a Ref or a join of these stands for."""
        match written:
            case str():
                return written
            case {"Ref": str(name)} if name in self._values:
                return self._values[name]
            case {"Fn::Join": [str(between), [*parts]]}:
                return between.join(self.value(part) for part in parts)
        raise LocalStageError(f"the local stage cannot complete {written!r}")


def _rest_api(gateway: Any, api: str, properties: dict[str, Any]) -> None:
    """Set the TLS policy, to be read back: the emulator accepts TLS 1.2 and 1.3."""
    changes = {
        "/securityPolicy": properties.get("SecurityPolicy"),
        "/endpointAccessMode": properties.get("EndpointAccessMode"),
    }
    if patch := _replace(changes):
        gateway.update_rest_api(restApiId=api, patchOperations=patch)


def _access_log(gateway: Any, deployed: _Deployed, properties: dict[str, Any]) -> None:
    """Set the stage's access log, to be read back: the emulator writes none."""
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
    """Show the plain request id in the gateway's own answers: the emulator has no extended id.

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
    """Create the validators, and link each method to its own."""
    validators = {}
    for name, properties in deployed.of_type("AWS::ApiGateway::RequestValidator"):
        validators[name] = _request_validator(gateway, deployed, name, properties)
    for _, properties in deployed.of_type("AWS::ApiGateway::Method"):
        if "RequestValidatorId" in properties:
            validator = validators[deployed.value(properties["RequestValidatorId"])]
            gateway.update_method(
                restApiId=deployed.value(properties["RestApiId"]),
                resourceId=deployed.value(properties["ResourceId"]),
                httpMethod=properties["HttpMethod"],
                patchOperations=_replace({"/requestValidatorId": validator}),
            )


def _request_validator(
    gateway: Any, deployed: _Deployed, name: str, properties: dict[str, Any]
) -> str:
    """Return the id of the validator with this name and these flags; create it if need be."""
    wanted = {
        "name": deployed.value(properties.get("Name", name)),
        "validateRequestBody": properties.get("ValidateRequestBody", False),
        "validateRequestParameters": properties.get("ValidateRequestParameters", False),
    }
    api = deployed.value(properties["RestApiId"])
    for validator in gateway.get_request_validators(restApiId=api)["items"]:
        if wanted.items() <= validator.items():
            return str(validator["id"])
    return str(gateway.create_request_validator(restApiId=api, **wanted)["id"])


def _table(dynamodb: Any, table: str, properties: dict[str, Any]) -> None:
    """Set recovery, deletion protection, encryption and tags of the only replica."""
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
    """Return API Gateway's patch operations that set these values."""
    return [
        {"op": "replace", "path": path, "value": value} for path, value in values.items() if value
    ]
