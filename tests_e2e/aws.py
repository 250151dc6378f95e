"""The AWS services behind the stage, with the credentials of the environment."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3

from tests_e2e.signing import Signer
from tests_e2e.target import Target


@cache
def client(service: str) -> Any:
    """One client per service and process, from the standard AWS environment."""
    return boto3.client(service)  # type: ignore[call-overload]


def stack_outputs(stack_name: str) -> dict[str, str]:
    stack = client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def template(stack_name: str) -> Any:
    """Return the template that a stack was deployed from."""
    answer = client("cloudformation").get_template(StackName=stack_name, TemplateStage="Original")
    return answer["TemplateBody"]


def signer(target: Target) -> Signer:
    """Sign as the principal of the environment, for the region of the stage."""
    session = boto3.Session()
    credentials = session.get_credentials()
    assert credentials is not None
    return Signer(credentials.get_frozen_credentials(), target.region or session.region_name)
