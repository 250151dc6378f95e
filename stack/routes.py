"""The API's routes, with the models that document their answers."""

from __future__ import annotations

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_

import contract
from stack.preflight import add_preflight
from stack.settings import Settings

AUTHORIZATION = {
    "NONE": apigateway.AuthorizationType.NONE,
    "AWS_IAM": apigateway.AuthorizationType.IAM,
}


# Where each route takes the id of the user from.
ROUTES = {"GET /user": "querystring", "GET /user/{userId}": "path"}


def add_routes(api: apigateway.RestApi, *, settings: Settings, target: lambda_.IFunction) -> None:
    """Add every method of ROUTES, and a preflight to each path."""
    integration = apigateway.LambdaIntegration(target, allow_test_invoke=False)
    # A GET has no body, and no model for one.
    validator = api.add_request_validator("Validator", validate_request_parameters=True)
    responses = _responses(api)
    for route, source in ROUTES.items():
        verb, path = route.split()
        resource = api.root.resource_for_path(path)
        resource.add_method(
            verb,
            integration,
            authorization_type=AUTHORIZATION[settings.authorization],
            request_parameters={f"method.request.{source}.userId": True},
            request_validator=validator,
            method_responses=responses,
        )
        if resource.node.try_find_child("OPTIONS") is None:
            add_preflight(resource, origins=settings.allowed_origins)


def _responses(api: apigateway.RestApi) -> list[apigateway.MethodResponse]:
    user = _model(api, "UserResponse", schema=contract.load("user_response"))
    error = _model(api, "ErrorResponse", schema=contract.load("error_response"))
    models = {"200": user, "304": None, "400": error, "404": error, "500": error, "503": error}
    return [
        apigateway.MethodResponse(
            status_code=status, response_models={"application/json": model} if model else None
        )
        for status, model in models.items()
    ]


def _model(
    api: apigateway.RestApi, construct_id: str, *, schema: dict[str, object]
) -> apigateway.IModel:
    """A schema of `contract`, word for word: the CDK's own model class knows only a part."""
    model = apigateway.CfnModel(
        api,
        construct_id,
        rest_api_id=api.rest_api_id,
        content_type="application/json",
        schema=schema,
    )
    deployment = api.latest_deployment
    assert deployment is not None
    deployment.node.add_dependency(model)
    deployment.add_to_logical_id(schema)
    return apigateway.Model.from_model_name(api, f"{construct_id}Name", model.ref)
