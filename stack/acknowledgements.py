"""What the checks of every synth may find: one finding, on one construct, for one reason each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

from stack.routes import ROUTES
from stack.settings import Settings


@dataclass(frozen=True)
class Accepted:
    """`path` is the construct's path below the stack."""

    path: str
    rule: str
    reason: str


ANY_RESOURCE = "AwsSolutions::AwsSolutions-IAM5[Resource::*]"
# Of the stack that all stages share.
LOGGING_ROLE = Accepted(
    "LoggingRole/Resource",
    ANY_RESOURCE,
    "API Gateway uses this role for the logs of every API in the account and region.",
)


def accepted(settings: Settings) -> list[Accepted]:
    """Every acknowledgement of this stage."""
    return [
        Accepted(
            "Backend/Role/Resource",
            ANY_RESOURCE,
            "X-Ray's two write actions know no resource-level permission.",
        ),
        Accepted(
            "Gateway/Api/Resource",
            "AwsSolutions::AwsSolutions-APIG2",
            "Parameters are validated; no method takes a body.",
        ),
        Accepted(
            f"Gateway/Api/DeploymentStage.{settings.stage}/Resource",
            "AwsSolutions::AwsSolutions-APIG3",
            "Requests are throttled and validated; a web ACL is the account's choice and cost.",
        ),
        *_of_routes(settings),
    ]


def _of_routes(settings: Settings) -> Iterator[Accepted]:
    for verb, path in map(str.split, ROUTES):
        method = f"Gateway/Api/Default{path}/{verb}/Resource"
        yield Accepted(
            method,
            "AwsSolutions::AwsSolutions-COG4",
            "Callers are programs with IAM credentials, not users of a Cognito pool.",
        )
        if not settings.signed:
            yield Accepted(
                method,
                "AwsSolutions::AwsSolutions-APIG4",
                "A stage for development, with made-up users only, is open on purpose.",
            )


def acknowledge(stack: Stack, entries: Iterable[Accepted]) -> None:
    """Accept these findings on a stack. Raises when a path names no construct."""
    for entry in entries:
        construct: IConstruct = stack
        for name in entry.path.split("/"):
            construct = construct.node.find_child(name)
        Validations.of(construct).acknowledge(Acknowledgment(id=entry.rule, reason=entry.reason))
