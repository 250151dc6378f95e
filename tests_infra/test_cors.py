"""What the gateway allows browsers to do."""

from __future__ import annotations

from typing import Any

import pytest

from contract.answers import PREFLIGHT_HEADERS
from contract.stages import Promised
from tests_infra import velocity
from tools.template import Element, Template, texts

HEADER = "method.response.header."
ALLOW_ORIGIN = "Access-Control-Allow-Origin"


@pytest.fixture
def preflights(template: Template) -> list[Element]:
    methods = template.resources("AWS::ApiGateway::Method")
    found = [resource for resource in methods if resource.at("HttpMethod") == "OPTIONS"]
    assert found
    return found


def _answer(preflight: Element) -> dict[str, Any]:
    answers = preflight.at("Integration", "IntegrationResponses")
    assert isinstance(answers, list)
    assert len(answers) == 1
    answer: dict[str, Any] = answers[0]
    return answer


@pytest.mark.promise("cors-allowed-origin")
def test_preflight_names_first_origin_and_what_it_may_send(
    preflights: list[Element], promised: Promised
) -> None:
    headers = PREFLIGHT_HEADERS | {ALLOW_ORIGIN.lower(): promised.origins[0]}
    for preflight in preflights:
        sent = _answer(preflight).get("ResponseParameters") or {}
        assert {name.removeprefix(HEADER).lower(): value for name, value in sent.items()} == {
            name: f"'{value}'" for name, value in headers.items()
        }


def _allowed_origins(preflight: Element, requests: list[dict[str, str]]) -> list[str]:
    """Return the origin that the preflight allows for each request."""
    answer = _answer(preflight)
    parameters = answer.get("ResponseParameters") or {}
    fixed = str(parameters.get(f"{HEADER}{ALLOW_ORIGIN}")).strip("'")
    templates = answer.get("ResponseTemplates") or {}
    assert set(templates) <= {"application/json"}
    if not templates:
        return [fixed] * len(requests)
    rendered = velocity.render(templates["application/json"], requests)
    assert {answer.body for answer in rendered} == {""}
    assert {name for answer in rendered for name in answer.headers} <= {ALLOW_ORIGIN}
    return [answer.headers.get(ALLOW_ORIGIN, fixed) for answer in rendered]


@pytest.mark.promise("cors-allowed-origin")
@pytest.mark.parametrize("header", ["Origin", "origin"])
def test_preflight_allows_every_origin_of_stage(
    preflights: list[Element], promised: Promised, header: str
) -> None:
    """Over HTTP/2 the name of a header arrives in lower case."""
    requests = [{"Host": "example.com", header: origin} for origin in promised.origins]
    for preflight in preflights:
        assert _allowed_origins(preflight, requests) == list(promised.origins)


@pytest.mark.promise("cors-foreign-origin")
def test_preflight_allows_no_other_origin(preflights: list[Element], promised: Promised) -> None:
    """The first origin instead of its own tells a browser to refuse."""
    foreign = ["https://evil.example", "null", "*", ""]
    for origin in promised.origins:
        foreign += [f"{origin}.evil.example", f"{origin}0", f"x{origin}", f"{origin}/"]
        foreign += [origin.upper(), origin.replace(".", "x"), f"{origin},https://evil.example"]
    foreign = [origin for origin in foreign if origin not in promised.origins]  # without a dot
    requests = [{}, *({header: origin} for origin in foreign for header in ("Origin", "origin"))]
    for preflight in preflights:
        assert set(_allowed_origins(preflight, requests)) == {promised.origins[0]}


@pytest.mark.promise("cors-allowed-origin")
def test_preflight_answers_without_function(preflights: list[Element]) -> None:
    for preflight in preflights:
        answer = _answer(preflight)
        integration = dict(preflight.at("Integration"))
        del integration["IntegrationResponses"]
        assert integration == {
            "Type": "MOCK",
            "RequestTemplates": {"application/json": '{"statusCode": 204}'},
            "PassthroughBehavior": "NEVER",
        }
        assert set(answer) <= {"StatusCode", "ResponseParameters", "ResponseTemplates"}
        assert answer.get("StatusCode") == "204"


@pytest.mark.promise("cors-allowed-origin")
def test_preflight_declares_its_headers(preflights: list[Element]) -> None:
    names = ("Allow-Origin", "Allow-Methods", "Allow-Headers", "Max-Age")
    headers = {f"{HEADER}Access-Control-{name}": True for name in names}
    for preflight in preflights:
        assert preflight.at("MethodResponses") == [
            {"StatusCode": "204", "ResponseParameters": {**headers, f"{HEADER}Vary": True}}
        ]


@pytest.mark.promise("cors-allowed-origin")
def test_gateway_errors_name_first_origin(template: Template, promised: Promised) -> None:
    name = "gatewayresponse.header.Access-Control-Allow-Origin"
    named = {
        resource.at("ResponseParameters", name)
        for resource in template.resources("AWS::ApiGateway::GatewayResponse")
    }
    assert named == {f"'{promised.origins[0]}'"}


@pytest.mark.promise("cors-no-credentials-with-star")
def test_credentials_are_never_allowed(template: Template) -> None:
    """Requests are signed, so cookies are never needed, whatever the origin."""
    kinds = ("AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse")
    found = [
        text
        for kind in kinds
        for resource in template.resources(kind)
        for text in texts(resource.at())
    ]
    assert not [text for text in found if "allow-credentials" in text.lower()]


@pytest.mark.promise("cors-no-credentials-with-star")
def test_no_origin_is_star(template: Template) -> None:
    kinds = ("AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse")
    found = {
        text
        for kind in kinds
        for resource in template.resources(kind)
        for text in texts(resource.at())
    }
    assert "'*'" not in found
