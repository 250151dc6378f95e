"""What the gateway tells browsers."""

from __future__ import annotations

from typing import Any

import pytest

from contract.stages import Promised
from tools.template import Element, Template, texts

HEADER = "method.response.header."
SIGNED_GET = "Authorization,If-None-Match,X-Amz-Content-Sha256,X-Amz-Date,X-Amz-Security-Token"


@pytest.fixture
def preflights(template: Template) -> list[Element]:
    methods = template.resources("AWS::ApiGateway::Method")
    found = [one for one in methods if one.at("HttpMethod") == "OPTIONS"]
    assert found
    return found


def _answer(preflight: Element) -> Any:
    answers = preflight.at("Integration", "IntegrationResponses")
    assert len(answers) == 1
    return answers[0]


@pytest.mark.promise("cors-allowed-origin")
def test_preflight_names_the_first_origin_and_what_it_may_send(
    preflights: list[Element], promised: Promised
) -> None:
    for preflight in preflights:
        assert _answer(preflight).get("ResponseParameters") == {
            f"{HEADER}Access-Control-Allow-Origin": f"'{promised.origins[0]}'",
            f"{HEADER}Access-Control-Allow-Methods": "'GET'",
            f"{HEADER}Access-Control-Allow-Headers": f"'{SIGNED_GET}'",
            f"{HEADER}Access-Control-Max-Age": "'600'",
            f"{HEADER}Vary": "'Origin'",
        }


@pytest.mark.promise("cors-allowed-origin")
def test_preflight_echoes_the_other_origins(preflights: list[Element], promised: Promised) -> None:
    for preflight in preflights:
        templates = _answer(preflight).get("ResponseTemplates")
        assert templates == (_echo(promised.origins[1:]) if promised.origins[1:] else None)


def _echo(others: tuple[str, ...]) -> dict[str, str]:
    known = " || ".join(f'$origin == "{one}"' for one in others)
    return {
        "application/json": "\n".join(
            [
                '#set($origin = $input.params().header.get("Origin"))',
                '#if(!$origin || $origin == "")',
                '#set($origin = $input.params().header.get("origin"))',
                "#end",
                f"#if({known})",
                "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)",
                "#end",
            ]
        )
    }


@pytest.mark.promise("cors-allowed-origin")
def test_preflight_answers_204_without_the_function(preflights: list[Element]) -> None:
    for preflight in preflights:
        integration = dict(preflight.at("Integration"))
        answer = integration.pop("IntegrationResponses")[0]
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
def test_gateway_errors_name_the_first_origin(template: Template, promised: Promised) -> None:
    name = "gatewayresponse.header.Access-Control-Allow-Origin"
    named = {
        one.at("ResponseParameters", name)
        for one in template.resources("AWS::ApiGateway::GatewayResponse")
    }
    assert named == {f"'{promised.origins[0]}'"}


@pytest.mark.promise("cors-no-credentials-with-star")
def test_nobody_is_asked_for_credentials(template: Template) -> None:
    """Requests are signed, so cookies are never wanted, whatever the origin."""
    kinds = ("AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse")
    said = [text for kind in kinds for one in template.resources(kind) for text in texts(one.at())]
    assert not [text for text in said if "allow-credentials" in text.lower()]


@pytest.mark.promise("cors-no-credentials-with-star")
def test_no_origin_is_a_star(template: Template) -> None:
    kinds = ("AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse")
    said = {text for kind in kinds for one in template.resources(kind) for text in texts(one.at())}
    assert "'*'" not in said
