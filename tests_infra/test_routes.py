"""The API's methods: paths, validators, authorization, integrations and models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import contract
from tests_infra.promised import Promised
from tests_infra.reading import Resource, Template

METHOD = "AWS::ApiGateway::Method"
GETS = [("GET", "/user"), ("GET", "/user/{userId}")]
OPTIONS = [("OPTIONS", "/user"), ("OPTIONS", "/user/{userId}")]


def path_of(template: Template, api: Resource, resource_id: Any) -> str:
    """The path of what a method's ResourceId refers to."""
    if resource_id == api.attribute("RootResourceId"):
        return ""
    resource = template.referred(resource_id, "AWS::ApiGateway::Resource")
    assert resource.at("RestApiId") == api.ref
    parent = path_of(template, api, resource.at("ParentId"))
    return f"{parent}/{resource.at('PathPart')}"


@pytest.fixture
def methods(template: Template, api: Resource) -> Mapping[tuple[str, str], Resource]:
    return {
        (str(method.at("HttpMethod")), path_of(template, api, method.at("ResourceId"))): method
        for method in template.of(METHOD)
    }


@pytest.mark.promise("routes-complete")
def test_exactly_the_contracts_methods(
    template: Template, methods: Mapping[tuple[str, str], Resource], api: Resource
) -> None:
    assert sorted(methods) == sorted([*GETS, *OPTIONS])
    assert {method.at("RestApiId") for method in template.of(METHOD)} == {api.ref}


@pytest.mark.promise("authorization-per-stage")
@pytest.mark.parametrize("route", GETS)
def test_routes_are_authorized_as_the_stage_says(
    methods: Mapping[tuple[str, str], Resource], route: tuple[str, str], promised: Promised
) -> None:
    assert methods[route].at("AuthorizationType") == promised.authorization


@pytest.mark.promise("authorization-per-stage")
@pytest.mark.parametrize("route", OPTIONS)
def test_preflight_is_open(
    methods: Mapping[tuple[str, str], Resource], route: tuple[str, str]
) -> None:
    assert methods[route].at("AuthorizationType") == "NONE"


@pytest.mark.promise("routes-complete")
def test_every_method_is_validated(template: Template, api: Resource) -> None:
    validator = template.only("AWS::ApiGateway::RequestValidator")
    assert validator.at("RestApiId") == api.ref
    assert {one.at("RequestValidatorId") for one in template.of(METHOD)} == {validator.ref}


@pytest.mark.promise("missing-id-refused")
def test_validator_looks_at_parameters_and_body(template: Template) -> None:
    validator = template.only("AWS::ApiGateway::RequestValidator")
    assert validator.at("ValidateRequestParameters") is True
    assert validator.at("ValidateRequestBody") is True


@pytest.mark.promise("missing-id-refused")
@pytest.mark.parametrize(
    ("route", "parameter"), [(GETS[0], "querystring.userId"), (GETS[1], "path.userId")]
)
def test_user_id_is_required(
    methods: Mapping[tuple[str, str], Resource], route: tuple[str, str], parameter: str
) -> None:
    assert methods[route].at("RequestParameters") == {f"method.request.{parameter}": True}


@pytest.mark.promise("missing-id-refused")
@pytest.mark.parametrize("route", GETS)
def test_validator_is_the_one_that_refuses(
    template: Template, methods: Mapping[tuple[str, str], Resource], route: tuple[str, str]
) -> None:
    validator = template.referred(
        methods[route].at("RequestValidatorId"), "AWS::ApiGateway::RequestValidator"
    )
    assert validator.at("ValidateRequestParameters") is True


@pytest.mark.promise("routes-complete", "function-versioned")
@pytest.mark.parametrize("route", GETS)
def test_routes_call_the_alias(
    methods: Mapping[tuple[str, str], Resource], route: tuple[str, str], alias: Resource
) -> None:
    functions = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    assert methods[route].at("Integration") == {
        "Type": "AWS_PROXY",
        "IntegrationHttpMethod": "POST",
        "Uri": f"{functions}/{alias.ref}/invocations",
    }


@pytest.mark.promise("one-contract")
@pytest.mark.parametrize("route", GETS)
def test_answers_declare_the_contracts_models(
    template: Template,
    methods: Mapping[tuple[str, str], Resource],
    route: tuple[str, str],
) -> None:
    user, error = contract.load("user_response"), contract.load("error_response")
    declared = {
        answer.get("StatusCode"): _schemas(template, answer)
        for answer in methods[route].at("MethodResponses") or []
    }
    assert declared == {
        "200": {"application/json": undescribed(user)},
        "304": {},
        "400": {"application/json": undescribed(error)},
        "404": {"application/json": undescribed(error)},
        "500": {"application/json": undescribed(error)},
        "503": {"application/json": undescribed(error)},
    }


@pytest.mark.promise("one-contract")
def test_models_belong_to_the_api(template: Template, api: Resource) -> None:
    for model in template.of("AWS::ApiGateway::Model"):
        assert model.at("RestApiId") == api.ref
        assert model.at("ContentType") == "application/json"


def _schemas(template: Template, answer: Mapping[str, Any]) -> dict[str, Any]:
    assert set(answer) <= {"StatusCode", "ResponseModels"}
    return {
        content_type: undescribed(
            template.referred(name, "AWS::ApiGateway::Model").body["Properties"].get("Schema")
        )
        for content_type, name in (answer.get("ResponseModels") or {}).items()
    }


def undescribed(schema: Any) -> Any:
    """A schema without its descriptions, which decide nothing."""
    match schema:
        case dict():
            return {
                key: undescribed(value)
                for key, value in schema.items()
                if not (key == "description" and isinstance(value, str))
            }
        case list():
            return [undescribed(item) for item in schema]
    return schema


@pytest.mark.promise("routes-complete")
def test_deployment_waits_for_everything_it_publishes(template: Template, api: Resource) -> None:
    deployment = template.only("AWS::ApiGateway::Deployment")
    published = [*template.of(METHOD), *template.of("AWS::ApiGateway::GatewayResponse")]
    assert {one.id for one in published} <= deployment.depends_on
    assert deployment.at("RestApiId") == api.ref
