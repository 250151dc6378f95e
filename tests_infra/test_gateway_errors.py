"""What the gateway itself answers."""

from __future__ import annotations

import functools
import json
from typing import Any

import jsonschema
import pytest

import contract
from contract.answers import FAILED, MALFORMED, MESSAGES
from contract.stages import Promised
from tools.template import Element, Template, decoded

GATEWAY_RESPONSE = "AWS::ApiGateway::GatewayResponse"
NOT_FOUND = ("404", "NOT_FOUND", MESSAGES["NOT_FOUND"])
FORBIDDEN = ("403", "FORBIDDEN", MESSAGES["FORBIDDEN"])
THROTTLED = ("429", "THROTTLED", MESSAGES["THROTTLED"])
# Type -> status, code and message. Without a status the type keeps its own: 413, 415, 502, ...
ALWAYS: dict[str, tuple[str | None, str, str]] = {
    "DEFAULT_4XX": (None, "INVALID_REQUEST", MALFORMED),
    "DEFAULT_5XX": (None, "INTERNAL_ERROR", FAILED),
    "BAD_REQUEST_PARAMETERS": ("400", "INVALID_REQUEST", MESSAGES["INVALID_REQUEST"]),
    "RESOURCE_NOT_FOUND": NOT_FOUND,
    "WAF_FILTERED": FORBIDDEN,
    "THROTTLED": THROTTLED,
    "QUOTA_EXCEEDED": THROTTLED,
}
REFUSED = ("ACCESS_DENIED", "EXPIRED_TOKEN", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN")
TYPES = (*ALWAYS, *REFUSED)


def _of_type(template: Template, response_type: str) -> Element:
    found = [
        resource
        for resource in template.resources(GATEWAY_RESPONSE)
        if resource.at("ResponseType") == response_type
    ]
    assert len(found) == 1, f"{len(found)} gateway responses of type {response_type}"
    return found[0]


def _body(response: Element) -> dict[str, Any]:
    body = decoded(response.at("ResponseTemplates", "application/json"))
    assert isinstance(body, dict)
    return body


@functools.cache
def _fits_contract(body: str) -> None:
    """Validate a body; the same one only once, since mutants of others leave it as it is."""
    jsonschema.Draft4Validator(contract.load("error_response")).validate(json.loads(body))


def _answer(response: Element) -> tuple[Any, Any, Any]:
    """Return the status, code and message of an answer."""
    error = _body(response).get("error") or {}
    return response.at("StatusCode"), error.get("code"), error.get("message")


@pytest.mark.promise("gateway-errors-in-contract")
def test_response_types_are_customised_ones(template: Template, api: Element) -> None:
    responses = template.resources(GATEWAY_RESPONSE)
    assert sorted(str(resource.at("ResponseType")) for resource in responses) == sorted(TYPES)
    assert {resource.at("RestApiId") for resource in responses} == {api.ref}


@pytest.mark.promise("gateway-errors-in-contract")
def test_answers_have_status_code_and_message(template: Template) -> None:
    assert {name: _answer(_of_type(template, name)) for name in ALWAYS} == ALWAYS


@pytest.mark.promise("unknown-path-answered")
def test_unknown_path_and_bad_signature_get_same_answer(
    template: Template, promised: Promised
) -> None:
    expected = NOT_FOUND if promised.authorization == "NONE" else FORBIDDEN
    answers = {name: _answer(_of_type(template, name)) for name in REFUSED}
    assert answers == dict.fromkeys(REFUSED, expected)


@pytest.mark.promise("gateway-errors-in-contract")
def test_body_has_shape_of_contract(template: Template) -> None:
    for response in template.resources(GATEWAY_RESPONSE):
        _fits_contract(json.dumps(_body(response)))
        templates = response.at("ResponseTemplates")
        assert set(templates) == {"application/json"}
        # Nothing else is substituted: the gateway's own messages may contain internal names.
        assert templates["application/json"].count("$") == 1


@pytest.mark.promise("request-id-matches")
def test_request_id_cannot_be_chosen_by_client(template: Template) -> None:
    """A client that sends x-amzn-RequestId sets $context.requestId.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    for response in template.resources(GATEWAY_RESPONSE):
        assert _body(response).get("requestId") == "$context.extendedRequestId"
        header = response.at("ResponseParameters", "gatewayresponse.header.X-Request-Id")
        assert header == "context.extendedRequestId"


@pytest.mark.promise("gateway-errors-in-contract")
def test_answers_have_headers_of_contract(template: Template, promised: Promised) -> None:
    headers = {
        "Access-Control-Allow-Origin": f"'{promised.origins[0]}'",
        "Access-Control-Expose-Headers": "'Retry-After,X-Request-Id'",
        "Cache-Control": "'no-store'",
        "X-Request-Id": "context.extendedRequestId",
    }
    later = {name: {"Retry-After": "'1'"} for name in ("THROTTLED", "QUOTA_EXCEEDED")}
    assert {name: _of_type(template, name).at("ResponseParameters") for name in TYPES} == {
        name: {
            f"gatewayresponse.header.{header}": value
            for header, value in {**headers, **later.get(name, {})}.items()
        }
        for name in TYPES
    }


@pytest.mark.promise("rate-limited")
def test_throttled_answer_has_retry_after(template: Template) -> None:
    response = _of_type(template, "THROTTLED")
    assert _answer(response) == THROTTLED
    assert response.at("ResponseParameters", "gatewayresponse.header.Retry-After") == "'1'"


@pytest.mark.promise("missing-id-refused")
def test_missing_id_is_named(template: Template) -> None:
    answer = _answer(_of_type(template, "BAD_REQUEST_PARAMETERS"))
    assert answer == ("400", "INVALID_REQUEST", MESSAGES["INVALID_REQUEST"])
