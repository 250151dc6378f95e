"""Completes, through public AWS APIs, what the emulator's CloudFormation leaves out.

Driven by the synthesized template alone: on AWS each of these calls would change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_stage.cdk_cli import StackArtifact
from local_stage.clients import Clients


def complete(clients: Clients, stack: StackArtifact) -> None:
    """Make the deployed stack what its template says."""
    resources = _Deployed(clients, stack)
    _request_validators(clients("apigateway"), resources)


class _Deployed:
    """The stack's resources, with the ids they were given."""

    def __init__(self, clients: Clients, stack: StackArtifact) -> None:
        listed = clients("cloudformation").describe_stack_resources(StackName=stack.name)
        self._ids = {
            one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed["StackResources"]
        }
        self._template: dict[str, Any] = stack.template

    def of_type(self, type_: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Logical id and properties of every resource of a type."""
        for name, resource in self._template["Resources"].items():
            if resource["Type"] == type_:
                yield name, resource.get("Properties", {})

    def id(self, name: str) -> str:
        return str(self._ids[name])

    def value(self, given: Any) -> str:
        """The value of a property: a literal or a Ref."""
        match given:
            case {"Ref": str(name)}:
                return self.id(name)
            case str():
                return given
        raise NotImplementedError(f"only a literal or a Ref can be completed, not {given!r}")


def _request_validators(gateway: Any, deployed: _Deployed) -> None:
    """The validators' flags, and the link of each method to its validator."""
    made = {}
    for name, properties in deployed.of_type("AWS::ApiGateway::RequestValidator"):
        made[name] = gateway.create_request_validator(
            restApiId=deployed.value(properties["RestApiId"]),
            name=properties.get("Name", name),
            validateRequestBody=properties.get("ValidateRequestBody", False),
            validateRequestParameters=properties.get("ValidateRequestParameters", False),
        )["id"]
    for _, properties in deployed.of_type("AWS::ApiGateway::Method"):
        if "RequestValidatorId" in properties:
            validator = made[properties["RequestValidatorId"]["Ref"]]
            path = {"op": "replace", "path": "/requestValidatorId", "value": validator}
            gateway.update_method(
                restApiId=deployed.value(properties["RestApiId"]),
                resourceId=deployed.value(properties["ResourceId"]),
                httpMethod=properties["HttpMethod"],
                patchOperations=[path],
            )
