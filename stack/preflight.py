"""The answer to a browser's preflight: no authorization, no function."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_apigateway as apigateway

# What a signed GET with a conditional header sends beside the safelisted headers.
REQUEST_HEADERS = (
    "Authorization",
    "If-None-Match",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-Security-Token",
)
MAX_AGE_SECONDS = 600


def add_preflight(resource: apigateway.Resource, *, origins: Sequence[str]) -> None:
    """`OPTIONS` answers 204 with the origin that may read the answers.

    A page of an origin that is not among `origins` gets another origin's name, which tells its
    browser to refuse. The CDK's own preflight matches by unescaped regular expression.
    """
    headers = {
        "Access-Control-Allow-Origin": origins[0],
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Allow-Headers": ",".join(REQUEST_HEADERS),
        "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
        "Vary": "Origin",
    }
    names = {name: f"method.response.header.{name}" for name in headers}
    answer = apigateway.IntegrationResponse(
        status_code="204",
        response_parameters={names[name]: f"'{value}'" for name, value in headers.items()},
        response_templates=_echo(origins[1:]) if origins[1:] else None,
    )
    resource.add_method(
        "OPTIONS",
        apigateway.MockIntegration(
            request_templates={"application/json": '{"statusCode": 204}'},
            passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
            integration_responses=[answer],
        ),
        authorization_type=apigateway.AuthorizationType.NONE,
        method_responses=[
            apigateway.MethodResponse(
                status_code="204", response_parameters=dict.fromkeys(names.values(), True)
            )
        ],
    )


def _echo(others: Sequence[str]) -> dict[str, str]:
    """Names the request's own origin when it is one of `others`; renders no body.

    Over HTTP/2 a header's name arrives in lower case.
    """
    known = " || ".join(f'$origin == "{other}"' for other in others)
    lines = [
        '#set($origin = $input.params().header.get("Origin"))',
        '#if(!$origin || $origin == "")',
        '#set($origin = $input.params().header.get("origin"))',
        "#end",
        f"#if({known})",
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)",
        "#end",
    ]
    return {"application/json": "\n".join(lines)}
