"""What the gateway itself answers."""

from __future__ import annotations

import json

import jsonschema
import pytest

import contract
from tests_infra.promised import Promised
from tests_infra.reading import Resource, Template

GATEWAY_RESPONSE = "AWS::ApiGateway::GatewayResponse"
# Type -> status and code. Without a status the type keeps its own: 413, 415, 502, 504, ...
ALWAYS: dict[str, tuple[str | None, str]] = {
    "DEFAULT_4XX": (None, "INVALID_REQUEST"),
    "DEFAULT_5XX": (None, "INTERNAL_ERROR"),
    "BAD_REQUEST_PARAMETERS": ("400", "INVALID_REQUEST"),
    "RESOURCE_NOT_FOUND": ("404", "NOT_FOUND"),
    "WAF_FILTERED": ("403", "FORBIDDEN"),
    "THROTTLED": ("429", "THROTTLED"),
    "QUOTA_EXCEEDED": ("429", "THROTTLED"),
}
REFUSED = ("ACCESS_DENIED", "EXPIRED_TOKEN", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN")
TYPES = (*ALWAYS, *REFUSED)


def _of_type(template: Template, response_type: str) -> Resource:
    found = [
        one for one in template.of(GATEWAY_RESPONSE) if one.at("ResponseType") == response_type
    ]
    assert len(found) == 1, f"{len(found)} gateway responses of type {response_type}"
    return found[0]


def _code(response: Resource) -> str:
    body = json.loads(response.at("ResponseTemplates", "application/json"))
    code: str = body["error"]["code"]
    return code


@pytest.mark.promise("gateway-errors-in-contract")
def test_every_type_a_client_can_meet_is_customised(template: Template, api: Resource) -> None:
    responses = template.of(GATEWAY_RESPONSE)
    assert sorted(str(one.at("ResponseType")) for one in responses) == sorted(TYPES)
    assert {one.at("RestApiId") for one in responses} == {api.ref}


@pytest.mark.promise("gateway-errors-in-contract")
@pytest.mark.parametrize("response_type", ALWAYS)
def test_status_and_code(template: Template, response_type: str) -> None:
    response = _of_type(template, response_type)
    assert (response.at("StatusCode"), _code(response)) == ALWAYS[response_type]


@pytest.mark.promise("unknown-path-answered")
@pytest.mark.parametrize("response_type", REFUSED)
def test_unknown_path_and_bad_signature(
    template: Template, response_type: str, promised: Promised
) -> None:
    response = _of_type(template, response_type)
    expected = ("404", "NOT_FOUND") if promised.authorization == "NONE" else ("403", "FORBIDDEN")
    assert (response.at("StatusCode"), _code(response)) == expected


@pytest.mark.promise("gateway-errors-in-contract")
@pytest.mark.parametrize("response_type", TYPES)
def test_body_is_the_contracts(template: Template, response_type: str) -> None:
    templates = _of_type(template, response_type).at("ResponseTemplates")
    assert set(templates) == {"application/json"}
    body = json.loads(templates["application/json"])
    jsonschema.Draft4Validator(contract.load("error_response")).validate(body)
    assert body["requestId"] == "$context.requestId"
    # Nothing else is substituted: the gateway's own messages may tell internal names.
    assert templates["application/json"].count("$") == 1


@pytest.mark.promise("gateway-errors-in-contract")
@pytest.mark.parametrize("response_type", TYPES)
def test_headers(template: Template, response_type: str, promised: Promised) -> None:
    headers = {
        "Access-Control-Allow-Origin": f"'{promised.origins[0]}'",
        "Access-Control-Expose-Headers": "'Retry-After,X-Request-Id'",
        "Cache-Control": "'no-store'",
        "X-Request-Id": "context.requestId",
    }
    if response_type in ("THROTTLED", "QUOTA_EXCEEDED"):
        headers["Retry-After"] = "'1'"
    assert _of_type(template, response_type).at("ResponseParameters") == {
        f"gatewayresponse.header.{name}": value for name, value in headers.items()
    }


@pytest.mark.promise("rate-limited")
def test_over_the_limit_says_when_to_come_back(template: Template) -> None:
    response = _of_type(template, "THROTTLED")
    assert response.at("StatusCode") == "429"
    assert _code(response) == "THROTTLED"
    assert response.at("ResponseParameters", "gatewayresponse.header.Retry-After") == "'1'"


@pytest.mark.promise("missing-id-refused")
def test_missing_id_says_so(template: Template) -> None:
    response = _of_type(template, "BAD_REQUEST_PARAMETERS")
    assert response.at("StatusCode") == "400"
    body = json.loads(response.at("ResponseTemplates", "application/json"))
    assert body["error"] == {
        "code": "INVALID_REQUEST",
        "message": "The query parameter userId is missing.",
    }
