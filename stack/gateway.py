"""The REST API: its routes, stage, logs and models."""

from __future__ import annotations

import json

from aws_cdk import Aws, RemovalPolicy, Tags
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_logs import LogGroup, RetentionDays
from constructs import Construct

import contract
from stack.gateway_account import logging_account
from stack.settings import Settings

# Names no header, no address, no caller and no path with an id in it. Every value is a string,
# because a variable without a value is written as a bare dash.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "traceId": "$context.xrayTraceId",
    "requestTime": "$context.requestTime",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "responseType": "$context.error.responseType",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integration.status",
    "integrationLatency": "$context.integration.latency",
}


class Gateway(Construct):
    """`api`, `access_log` and `execution_log`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, target: lambda_.IFunction
    ) -> None:
        super().__init__(scope, construct_id)
        self.access_log = LogGroup(
            self,
            "AccessLogs",
            retention=RetentionDays.ONE_WEEK,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.api = self._api(settings)
        self.execution_log = self._execution_log(settings)
        self._routes(settings, target)

    def _api(self, settings: Settings) -> apigateway.RestApi:
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=Aws.STACK_NAME,
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.REGIONAL]
            ),
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=settings.stage,
                throttling_rate_limit=settings.rate_limit,
                throttling_burst_limit=settings.burst_limit,
                access_log_destination=apigateway.LogGroupLogDestination(self.access_log),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=True,
            ),
        )
        # The CDK's own URL output; the stack has one of a stable name.
        api.node.try_remove_child("Endpoint")
        if settings.stage == "local":
            # The emulator takes the API's id from this tag, so the local URL is always the same.
            Tags.of(api).add("ms-custom-id", "users", include_resource_types=[RESTAPI])
        return api

    def _execution_log(self, settings: Settings) -> LogGroup:
        """API Gateway would make this group itself, and keep it for ever."""
        group = LogGroup(
            self,
            "ExecutionLogs",
            log_group_name=f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{settings.stage}",
            retention=RetentionDays.ONE_WEEK,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.api.deployment_stage.node.add_dependency(group, logging_account(self))
        return group

    def _routes(self, settings: Settings, target: lambda_.IFunction) -> None:
        integration = apigateway.LambdaIntegration(target, allow_test_invoke=False)
        validator = self.api.add_request_validator(
            "Validator", validate_request_body=True, validate_request_parameters=True
        )
        user = self.api.root.add_resource("user")
        one_user = user.add_resource("{userId}")
        responses = self._responses()
        for resource, parameter in (
            (user, "method.request.querystring.userId"),
            (one_user, "method.request.path.userId"),
        ):
            resource.add_method(
                "GET",
                integration,
                authorization_type=apigateway.AuthorizationType[
                    {"NONE": "NONE", "AWS_IAM": "IAM"}[settings.authorization]
                ],
                request_parameters={parameter: True},
                request_validator=validator,
                method_responses=responses,
            )

    def _responses(self) -> list[apigateway.MethodResponse]:
        user = self._model("UserResponse", "user_response")
        error = self._model("ErrorResponse", "error_response")
        bodies = {"200": user, "304": None, "400": error, "404": error, "500": error, "503": error}
        return [
            apigateway.MethodResponse(
                status_code=status, response_models={"application/json": model} if model else None
            )
            for status, model in bodies.items()
        ]

    def _model(self, construct_id: str, schema: str) -> apigateway.IModel:
        """A schema of `contract`, word for word: the CDK's own model class knows only a part."""
        body = contract.load(schema)
        model = apigateway.CfnModel(
            self,
            construct_id,
            rest_api_id=self.api.rest_api_id,
            content_type="application/json",
            schema=body,
        )
        deployment = self.api.latest_deployment
        assert deployment is not None
        deployment.node.add_dependency(model)
        deployment.add_to_logical_id(body)
        return apigateway.Model.from_model_name(self, f"{construct_id}Name", model.ref)


RESTAPI = "AWS::ApiGateway::RestApi"
