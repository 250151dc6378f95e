"""The API's methods: paths, validators, authorization, integrations and models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import contract
from contract.stages import Promised
from tools.template import Element, Template

METHOD = "AWS::ApiGateway::Method"
GETS = [("GET", "/user"), ("GET", "/user/{userId}")]
OPTIONS = [("OPTIONS", "/user"), ("OPTIONS", "/user/{userId}")]


def path_of(template: Template, api: Element, resource_id: Any) -> str:
    """The path of what a method's ResourceId refers to."""
    if resource_id == api.attribute("RootResourceId"):
        return ""
    resource = template.referred(resource_id, "AWS::ApiGateway::Resource")
    assert resource.at("RestApiId") == api.ref
    parent = path_of(template, api, resource.at("ParentId"))
    return f"{parent}/{resource.at('PathPart')}"


@pytest.fixture
def methods(template: Template, api: Element) -> Mapping[tuple[str, str], Element]:
    return {
        (str(method.at("HttpMethod")), path_of(template, api, method.at("ResourceId"))): method
        for method in template.resources(METHOD)
    }


@pytest.mark.promise("routes-complete")
def test_exactly_the_contracts_methods(
    template: Template, methods: Mapping[tuple[str, str], Element], api: Element
) -> None:
    assert sorted(methods) == sorted([*GETS, *OPTIONS])
    assert {method.at("RestApiId") for method in template.resources(METHOD)} == {api.ref}


@pytest.mark.promise("authorization-per-stage")
def test_routes_are_authorized_as_the_stage_says(
    methods: Mapping[tuple[str, str], Element], promised: Promised
) -> None:
    for route in GETS:
        assert methods[route].at("AuthorizationType") == promised.authorization


@pytest.mark.promise("authorization-per-stage")
def test_preflight_is_open(methods: Mapping[tuple[str, str], Element]) -> None:
    for route in OPTIONS:
        assert methods[route].at("AuthorizationType") == "NONE"


@pytest.mark.promise("routes-complete", "missing-id-refused")
def test_every_method_is_validated(template: Template, api: Element) -> None:
    validator = template.only("AWS::ApiGateway::RequestValidator")
    assert validator.at("RestApiId") == api.ref
    assert {one.at("RequestValidatorId") for one in template.resources(METHOD)} == {validator.ref}


@pytest.mark.promise("missing-id-refused")
def test_validator_looks_at_parameters_and_body(template: Template) -> None:
    validator = template.only("AWS::ApiGateway::RequestValidator")
    assert validator.at("ValidateRequestParameters") is True
    assert validator.at("ValidateRequestBody") is True


@pytest.mark.promise("missing-id-refused")
def test_user_id_is_required(methods: Mapping[tuple[str, str], Element]) -> None:
    by_query, by_path = (methods[route].at("RequestParameters") for route in GETS)
    assert by_query == {"method.request.querystring.userId": True}
    assert by_path == {"method.request.path.userId": True}


@pytest.mark.promise("missing-id-refused")
@pytest.mark.promise("routes-complete", "function-versioned")
def test_routes_call_the_alias(methods: Mapping[tuple[str, str], Element], alias: Element) -> None:
    functions = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    for route in GETS:
        assert methods[route].at("Integration") == {
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": f"{functions}/{alias.ref}/invocations",
        }


@pytest.mark.promise("one-contract")
def test_answers_declare_the_contracts_models(
    template: Template, methods: Mapping[tuple[str, str], Element]
) -> None:
    user = {"application/json": contract.load("user_response")}
    error = {"application/json": contract.load("error_response")}
    errors = dict.fromkeys(("400", "404", "500", "503"), error)
    for route in GETS:
        declared = [
            (answer.get("StatusCode"), _schemas(template, answer))
            for answer in methods[route].at("MethodResponses") or []
        ]
        assert len(declared) == 6
        assert dict(declared) == {"200": user, "304": {}, **errors}


@pytest.mark.promise("one-contract")
def test_models_belong_to_the_api(template: Template, api: Element) -> None:
    for model in template.resources("AWS::ApiGateway::Model"):
        assert model.at("RestApiId") == api.ref
        assert model.at("ContentType") == "application/json"


def _schemas(template: Template, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Content type -> the schema of the model that the answer names."""
    assert set(answer) <= {"StatusCode", "ResponseModels"}
    models = {
        content_type: template.referred(name, "AWS::ApiGateway::Model")
        for content_type, name in (answer.get("ResponseModels") or {}).items()
    }
    return {key: model.body["Properties"].get("Schema") for key, model in models.items()}


@pytest.mark.promise("routes-complete")
def test_deployment_waits_for_everything_it_publishes(template: Template, api: Element) -> None:
    deployment = template.only("AWS::ApiGateway::Deployment")
    published = [
        *template.resources(METHOD),
        *template.resources("AWS::ApiGateway::GatewayResponse"),
    ]
    assert {one.logical_id for one in published} <= deployment.depends_on
    assert deployment.at("RestApiId") == api.ref
