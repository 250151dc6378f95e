"""The API's methods: paths, validators, authorization, integrations and models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import contract
from contract.routes import PATHS, READS, ROUTES
from contract.stages import Promised
from tools import openapi
from tools.template import Element, Template

METHOD = "AWS::ApiGateway::Method"


@pytest.fixture
def methods(template: Template) -> list[Element]:
    """The method of each route."""
    found = openapi.methods(template)
    return [_method(found, route.path, route.verb) for route in ROUTES]


@pytest.fixture
def preflights(template: Template) -> list[Element]:
    found = openapi.methods(template)
    return [_method(found, path, "OPTIONS") for path in PATHS]


def _method(methods: Mapping[tuple[str, str], Element], path: str, verb: str) -> Element:
    method = methods.get((path, verb))
    assert method, f"there is no method {verb} {path}"
    return method


@pytest.mark.promise("routes-complete")
def test_methods_are_those_of_contract(template: Template, api: Element) -> None:
    preflights = {(path, "OPTIONS") for path in PATHS}
    expected = {(route.path, route.verb) for route in ROUTES} | preflights
    assert set(openapi.methods(template)) == expected
    parts = template.resources(METHOD, "AWS::ApiGateway::Resource")
    assert {part.at("RestApiId") for part in parts} == {api.ref}


@pytest.mark.promise("authorization-per-stage")
def test_routes_are_authorized_as_promised(methods: list[Element], promised: Promised) -> None:
    for method in methods:
        assert method.at("AuthorizationType") == promised.authorization


@pytest.mark.promise("authorization-per-stage")
def test_preflight_is_open(preflights: list[Element]) -> None:
    for method in preflights:
        assert method.at("AuthorizationType") == "NONE"


@pytest.mark.promise("routes-complete", "missing-id-refused")
def test_routes_are_validated(
    template: Template, methods: list[Element], preflights: list[Element], api: Element
) -> None:
    validator = template.only("AWS::ApiGateway::RequestValidator")
    assert validator.at("RestApiId") == api.ref
    assert {method.at("RequestValidatorId") for method in methods} == {validator.ref}
    # A preflight has nothing to validate.
    assert {method.at("RequestValidatorId") for method in preflights} == {None}


@pytest.mark.promise("missing-id-refused")
def test_validator_checks_parameters_alone(template: Template) -> None:
    """No method has a model for a body."""
    validator = template.only("AWS::ApiGateway::RequestValidator")
    assert validator.at("ValidateRequestParameters") is True
    assert not validator.at("ValidateRequestBody")


@pytest.mark.promise("missing-id-refused")
def test_user_id_is_required(methods: list[Element]) -> None:
    for route, method in zip(ROUTES, methods, strict=True):
        required = {f"method.request.{route.source}.userId": True}
        assert method.at("RequestParameters") == required


@pytest.mark.promise("routes-complete", "function-versioned")
def test_routes_call_alias(methods: list[Element], alias: Element) -> None:
    functions = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    for method in methods:
        assert method.at("Integration") == {
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": f"{functions}/{alias.ref}/invocations",
        }


@pytest.mark.promise("one-contract")
def test_answers_declare_models_of_contract(template: Template) -> None:
    user = {"application/json": contract.load("user_response")}
    error = {"application/json": contract.load("error_response")}
    errors = dict.fromkeys(("400", "404", "500", "503"), error)
    expected = {"200": user, "304": {}, **errors}
    methods = openapi.methods(template)
    for route in READS:
        answers = _method(methods, route.path, route.verb).at("MethodResponses") or []
        assert len(answers) == len(expected)
        declared = {answer.get("StatusCode"): _schemas(template, answer) for answer in answers}
        assert declared == expected


@pytest.mark.promise("one-contract")
def test_models_belong_to_api(template: Template, api: Element) -> None:
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
    return {key: model.properties.get("Schema") for key, model in models.items()}


@pytest.mark.promise("routes-complete")
def test_deployment_is_created_after_what_it_publishes(template: Template, api: Element) -> None:
    deployment = template.only("AWS::ApiGateway::Deployment")
    published = [
        *template.resources(METHOD),
        *template.resources("AWS::ApiGateway::GatewayResponse"),
    ]
    assert {one.logical_id for one in published} <= deployment.depends_on
    assert deployment.at("RestApiId") == api.ref
