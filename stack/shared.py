"""What an account has once in each region, for all stages: stacks of their own, deployed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import Stack, Tags
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_xray as xray
from constructs import Construct

from stack.acknowledgements import LOGGING_ROLE, acknowledge
from stack.names import PROJECT, stack_name
from stack.settings import Settings

# What API Gateway demands of the role before it takes it; the same actions as in the managed
# policy AmazonAPIGatewayPushToCloudWatchLogs:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
LOG_ACTIONS = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
]
# Rules are tried in ascending order; the account's default rule has 10,000.
FIRST_PRIORITY = 9000


class AccountStack(Stack):
    """The role by which API Gateway writes the logs of all APIs of the account and region.

    The setting is one, so the stack of a stage must not hold it: each stage would overwrite the
    role of the others, and of every other API. An account that has a role keeps it and does
    without this stack:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html
    """

    def __init__(self, scope: Construct, construct_id: str, **stack_props: Any) -> None:
        super().__init__(scope, construct_id, **stack_props)
        statement = iam.PolicyStatement(actions=LOG_ACTIONS, resources=["*"])
        role = iam.Role(
            self,
            "LoggingRole",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            inline_policies={"WriteLogs": iam.PolicyDocument(statements=[statement])},
        )
        apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        Tags.of(self).add("project", PROJECT)
        acknowledge(self, [LOGGING_ROLE])


class SamplingStack(Stack):
    """How many requests of each stage X-Ray records: a sampling rule for each stage.

    A stack of its own, because the rules of a region form one list, which their priorities order.
    A rule matches a stage by `API name/stage name`:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-configuring-xray-sampling-rules.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, stages: Sequence[Settings], **stack_props: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        for number, settings in enumerate(stages):
            name = stack_name(settings.stage)
            xray.CfnSamplingRule(
                self,
                settings.stage.title(),
                sampling_rule=xray.CfnSamplingRule.SamplingRuleProperty(
                    rule_name=name,
                    priority=FIRST_PRIORITY + number,
                    reservoir_size=settings.traces_per_second,
                    fixed_rate=settings.trace_percent / 100,
                    service_type="AWS::ApiGateway::Stage",
                    service_name=f"{name}/{settings.stage}",
                    host="*",
                    http_method="*",
                    url_path="*",
                    resource_arn="*",
                    version=1,
                ),
            )
        Tags.of(self).add("project", PROJECT)
