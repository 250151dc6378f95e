"""The stack of one stage: every part, wired, with its outputs and tags."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

from stack.acknowledgements import accepted, acknowledge
from stack.callers import callers_policy
from stack.function import UserFunction
from stack.gateway import Gateway
from stack.metrics import Metrics
from stack.monitoring import Monitoring
from stack.names import PROJECT
from stack.settings import Settings
from stack.table import users_table


class ServiceStack(Stack):
    """Table, function, gateway and monitoring of one stage."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, **stack_props: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        table = users_table(self, settings=settings)
        backend = UserFunction(self, "Backend", settings=settings, table=table)
        gateway = Gateway(self, "Gateway", settings=settings, target=backend.alias)
        monitoring = Monitoring(
            self,
            "Monitoring",
            settings=settings,
            metrics=Metrics(
                stage=gateway.api.deployment_stage, backend=backend.function, users=table
            ),
        )
        outputs = {
            "ApiId": gateway.api.rest_api_id,
            "StageName": gateway.api.deployment_stage.stage_name,
            "Url": gateway.url,
            "TableName": table.table_name,
            "FunctionName": backend.function.function_name,
            "FunctionAlias": backend.alias.alias_name,
            "FunctionLogGroup": backend.log_group.log_group_name,
            "AccessLogGroup": gateway.access_log.log_group_name,
            "ExecutionLogGroup": gateway.execution_log.log_group_name,
            "AlarmTopicArn": monitoring.topic.topic_arn,
        }
        if settings.signed:
            outputs["CallersPolicy"] = callers_policy(gateway.api)
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
        for key, value in (("project", PROJECT), ("stage", settings.stage)):
            Tags.of(self).add(key, value)
        acknowledge(self, accepted(settings))
