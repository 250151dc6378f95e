"""The REST API without its routes: endpoint, stage, throttling, logs."""

from __future__ import annotations

import json

from aws_cdk import Aws
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_logs import LogGroup
from constructs import Construct

from stack.gateway_responses import add_gateway_responses
from stack.logs import log_group
from stack.routes import add_routes
from stack.settings import Settings

# TLS 1.2 and 1.3, with forward secrecy and post-quantum key exchange. Without a policy a regional
# REST API takes TLS 1.0; the legacy names are for backward compatibility:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
SECURITY_POLICY = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
# An enhanced policy demands a mode; the same page recommends STRICT (host and SNI must match).
ENDPOINT_ACCESS_MODE = "STRICT"

# Names no header, no address and no path with an id in it. Every value is a string, because a
# variable without a value is written as a bare dash.
ACCESS_LOG = {
    "requestId": "$context.extendedRequestId",
    "amznRequestId": "$context.requestId",
    "traceId": "$context.xrayTraceId",
    "requestTime": "$context.requestTime",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "protocol": "$context.protocol",
    "tlsVersion": "$context.tlsVersion",
    "status": "$context.status",
    "responseType": "$context.error.responseType",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integration.status",
    "integrationLatency": "$context.integration.latency",
}
# On a stage of signed requests, for audit: who called.
CALLER = {"caller": "$context.identity.userArn"}


class Gateway(Construct):
    """`api`, `url` (without a slash at its end), `access_log` and `execution_log`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, target: lambda_.IFunction
    ) -> None:
        super().__init__(scope, construct_id)
        self.access_log = log_group(self, "AccessLogs")
        self.api = self._api(settings)
        host = f"{self.api.rest_api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"
        self.url = f"https://{host}/{self.api.deployment_stage.stage_name}"
        self.execution_log = self._execution_log(settings)
        add_gateway_responses(self.api, settings=settings)
        add_routes(self.api, settings=settings, target=target)

    def _api(self, settings: Settings) -> apigateway.RestApi:
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=Aws.STACK_NAME,
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.REGIONAL]
            ),
            cloud_watch_role=False,
            deploy_options=self._stage(settings),
        )
        # The output of the CDK: the stack has its own, with a stable name.
        api.node.try_remove_child("Endpoint")
        resource = _resource(api)
        resource.security_policy = SECURITY_POLICY
        resource.endpoint_access_mode = ENDPOINT_ACCESS_MODE
        return api

    def _stage(self, settings: Settings) -> apigateway.StageOptions:
        line = {**ACCESS_LOG, **(CALLER if settings.signed else {})}
        return apigateway.StageOptions(
            stage_name=settings.stage,
            throttling_rate_limit=settings.rate_limit,
            throttling_burst_limit=settings.burst_limit,
            access_log_destination=apigateway.LogGroupLogDestination(self.access_log),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(line)),
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            # Metrics of the stage cost nothing; detailed ones, for each method, do.
            metrics_enabled=False,
            tracing_enabled=True,
        )

    def _execution_log(self, settings: Settings) -> LogGroup:
        """API Gateway would otherwise create this group itself, without an expiry."""
        name = f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{settings.stage}"
        group = log_group(self, "ExecutionLogs", name=name)
        self.api.deployment_stage.node.add_dependency(group)
        return group


def _resource(api: apigateway.RestApi) -> apigateway.CfnRestApi:
    resource = api.node.default_child
    assert isinstance(resource, apigateway.CfnRestApi)
    return resource
