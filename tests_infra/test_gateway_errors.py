"""What the gateway itself answers."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

import contract
from contract.stages import Promised
from tools.template import Element, Template

GATEWAY_RESPONSE = "AWS::ApiGateway::GatewayResponse"
NOT_FOUND = ("404", "NOT_FOUND", "Ask with GET for /user/{userId} or /user?userId={userId}.")
FORBIDDEN = (
    "403",
    "FORBIDDEN",
    "Check the path, and sign the request with credentials that may call this API.",
)
THROTTLED = ("429", "THROTTLED", "Too many requests: wait as long as Retry-After says.")
# Type -> status, code and message. Without a status the type keeps its own: 413, 415, 502, ...
ALWAYS: dict[str, tuple[str | None, str, str]] = {
    "DEFAULT_4XX": (
        None,
        "INVALID_REQUEST",
        "The request is not valid: check its parameters and headers.",
    ),
    "DEFAULT_5XX": (None, "INTERNAL_ERROR", "The service could not answer: try again later."),
    "BAD_REQUEST_PARAMETERS": ("400", "INVALID_REQUEST", "The query parameter userId is missing."),
    "RESOURCE_NOT_FOUND": NOT_FOUND,
    "WAF_FILTERED": FORBIDDEN,
    "THROTTLED": THROTTLED,
    "QUOTA_EXCEEDED": THROTTLED,
}
REFUSED = ("ACCESS_DENIED", "EXPIRED_TOKEN", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN")
TYPES = (*ALWAYS, *REFUSED)


def _of_type(template: Template, response_type: str) -> Element:
    found = [
        one
        for one in template.resources(GATEWAY_RESPONSE)
        if one.at("ResponseType") == response_type
    ]
    assert len(found) == 1, f"{len(found)} gateway responses of type {response_type}"
    return found[0]


def _error(response: Element) -> Any:
    """The error object of its body."""
    return json.loads(response.at("ResponseTemplates", "application/json"))["error"]


@pytest.mark.promise("gateway-errors-in-contract")
def test_every_type_a_client_can_meet_is_customised(template: Template, api: Element) -> None:
    responses = template.resources(GATEWAY_RESPONSE)
    assert sorted(str(one.at("ResponseType")) for one in responses) == sorted(TYPES)
    assert {one.at("RestApiId") for one in responses} == {api.ref}


@pytest.mark.promise("gateway-errors-in-contract")
def test_status_and_code(template: Template) -> None:
    found = {name: _of_type(template, name) for name in ALWAYS}
    assert {name: (one.at("StatusCode"), _error(one)["code"]) for name, one in found.items()} == {
        name: (status, code) for name, (status, code, _) in ALWAYS.items()
    }


@pytest.mark.promise("gateway-errors-in-contract")
def test_message_says_what_to_do(template: Template) -> None:
    messages = {name: _error(_of_type(template, name))["message"] for name in ALWAYS}
    assert messages == {name: message for name, (_, _, message) in ALWAYS.items()}


@pytest.mark.promise("unknown-path-answered")
def test_unknown_path_and_bad_signature(template: Template, promised: Promised) -> None:
    found = [_of_type(template, name) for name in REFUSED]
    expected = NOT_FOUND if promised.authorization == "NONE" else FORBIDDEN
    answers = {(one.at("StatusCode"), _error(one)["code"], _error(one)["message"]) for one in found}
    assert answers == {expected}


@pytest.mark.promise("gateway-errors-in-contract")
def test_body_is_the_contracts(template: Template) -> None:
    schema = jsonschema.Draft4Validator(contract.load("error_response"))
    for response in template.resources(GATEWAY_RESPONSE):
        templates = response.at("ResponseTemplates")
        assert set(templates) == {"application/json"}
        body = json.loads(templates["application/json"])
        schema.validate(body)
        # Nothing else is substituted: the gateway's own messages may tell internal names.
        assert templates["application/json"].count("$") == 1


@pytest.mark.promise("request-id-matches")
def test_request_id_is_the_one_that_no_client_can_choose(template: Template) -> None:
    """A client that sends x-amzn-RequestId sets $context.requestId.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    for response in template.resources(GATEWAY_RESPONSE):
        body = json.loads(response.at("ResponseTemplates", "application/json"))
        assert body["requestId"] == "$context.extendedRequestId"
        header = response.at("ResponseParameters", "gatewayresponse.header.X-Request-Id")
        assert header == "context.extendedRequestId"


@pytest.mark.promise("gateway-errors-in-contract")
def test_headers(template: Template, promised: Promised) -> None:
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
def test_over_the_limit_says_when_to_come_back(template: Template) -> None:
    response = _of_type(template, "THROTTLED")
    assert response.at("StatusCode") == "429"
    assert _error(response)["code"] == "THROTTLED"
    assert response.at("ResponseParameters", "gatewayresponse.header.Retry-After") == "'1'"


@pytest.mark.promise("missing-id-refused")
def test_missing_id_says_so(template: Template) -> None:
    response = _of_type(template, "BAD_REQUEST_PARAMETERS")
    assert response.at("StatusCode") == "400"
    assert _error(response) == {
        "code": "INVALID_REQUEST",
        "message": "The query parameter userId is missing.",
    }
