"""The function that answers, the role it runs under, and the alias the gateway calls."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CfnResource, Duration, IgnoreMode
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_dynamodb import TableV2
from aws_cdk.aws_logs import LogGroup
from constructs import Construct

from stack.logs import log_group
from stack.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


class UserFunction(Construct):
    """`function`, `alias` (live) and `log_group`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, table: TableV2
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = log_group(self, "Logs")
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            handler="lambda_function.handler.lambda_handler",
            code=_code(),
            # The CDK may add nothing to the role: its statements are all in `_role`.
            role=_role(self, table=table, log_group=self.log_group).without_policy_updates(),
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            system_log_level_v2=lambda_.SystemLogLevel[settings.system_log_level],
            tracing=lambda_.Tracing.ACTIVE,
            memory_size=settings.memory_mb,
            timeout=Duration.seconds(settings.timeout_seconds),
            environment={
                "TABLE_NAME": table.table_name,
                "LOG_LEVEL": settings.log_level,
                "ALLOWED_ORIGINS": ",".join(settings.allowed_origins),
                "CACHE_MAX_AGE": str(settings.cache_max_age_seconds),
            },
        )
        resource = self.function.node.default_child
        assert isinstance(resource, CfnResource)
        # Said once more by the reference to the role, which holds all its policies itself.
        resource.add_deletion_override("DependsOn")
        self.alias = lambda_.Alias(
            self, "Live", alias_name="live", version=self.function.current_version
        )


def _code() -> lambda_.Code:
    """The package `lambda_function` below the asset's root, so imports read as in the tests."""
    return lambda_.Code.from_asset(
        str(ROOT),
        ignore_mode=IgnoreMode.GIT,
        exclude=["/*", "!/lambda_function", "__pycache__"],
    )


def _role(scope: Construct, *, table: TableV2, log_group: LogGroup) -> iam.Role:
    """Return a role that may read a user, write its own log, and send traces: nothing else."""
    statements = [
        iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=[table.table_arn]),
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        ),
        # X-Ray knows no resource-level permission for these two.
        iam.PolicyStatement(
            actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"]
        ),
    ]
    return iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"UserFunction": iam.PolicyDocument(statements=statements)},
    )
