"""The role by which API Gateway writes logs in this account and region."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

# What API Gateway demands of the role before it takes it; the same actions as in the managed
# policy AmazonAPIGatewayPushToCloudWatchLogs:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
ACTIONS = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
]


def logging_account(scope: Construct, *, api: apigateway.CfnRestApi) -> apigateway.CfnAccount:
    """The setting is one per account and region, shared by all its APIs.

    It and its role therefore stay when the stack goes: another stage may be writing its logs
    with them. In an account without any API it can be made only after one:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-account.html
    """
    statement = iam.PolicyStatement(actions=ACTIONS, resources=["*"])
    role = iam.Role(
        scope,
        "LoggingRole",
        assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
        inline_policies={"WriteLogs": iam.PolicyDocument(statements=[statement])},
    )
    account = apigateway.CfnAccount(scope, "Account", cloud_watch_role_arn=role.role_arn)
    account.add_resource_dependency(api)
    role.apply_removal_policy(RemovalPolicy.RETAIN)
    account.apply_removal_policy(RemovalPolicy.RETAIN)
    return account
