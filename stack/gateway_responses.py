"""What the gateway itself answers, in the contract's shape.

Gateway responses substitute variables and run no logic; the types and what raises them:
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
Their messages are fixed texts: `$context.error.messageString` may tell internal names. Their id
is the extended one: a client that sends x-amzn-RequestId chooses `$context.requestId`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import aws_apigateway as apigateway

from stack.settings import Settings


@dataclass(frozen=True)
class Answer:
    """An error code of the contract; without a status the type keeps its own.

    A header's value is a mapping expression: literal text is in single quotes.
    """

    code: str
    message: str
    status: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


INVALID = Answer("INVALID_REQUEST", "The request is not valid: check its parameters and headers.")
NO_USER_ID = Answer("INVALID_REQUEST", "The query parameter userId is missing.", "400")
FAILED = Answer("INTERNAL_ERROR", "The service could not answer: try again later.")
NOT_FOUND = Answer("NOT_FOUND", "Ask with GET for /user/{userId} or /user?userId={userId}.", "404")
FORBIDDEN = Answer(
    "FORBIDDEN",
    "Check the path, and sign the request with credentials that may call this API.",
    "403",
)
THROTTLED = Answer(
    "THROTTLED",
    "Too many requests: wait as long as Retry-After says.",
    "429",
    {"Retry-After": "'1'"},
)


def answers(settings: Settings) -> Mapping[str, Answer]:
    """Response type -> answer, every type a client can meet.

    An unknown path raises the same type as a missing signature, and one with a bogus
    Authorization header the types of bad signatures: on an open stage, where no route checks a
    signature, all of them mean an unknown path.
    """
    refused = FORBIDDEN if settings.signed else NOT_FOUND
    return {
        "DEFAULT_4XX": INVALID,
        "DEFAULT_5XX": FAILED,
        "BAD_REQUEST_PARAMETERS": NO_USER_ID,
        "RESOURCE_NOT_FOUND": NOT_FOUND,
        "MISSING_AUTHENTICATION_TOKEN": refused,
        "INVALID_SIGNATURE": refused,
        "EXPIRED_TOKEN": refused,
        "ACCESS_DENIED": refused,
        # Of a web ACL or a usage plan that the account may put before the API.
        "WAF_FILTERED": FORBIDDEN,
        "QUOTA_EXCEEDED": THROTTLED,
        "THROTTLED": THROTTLED,
    }


def add_gateway_responses(api: apigateway.RestApi, *, settings: Settings) -> None:
    """A gateway response can name one origin only: the stage's first."""
    for response_type, answer in answers(settings).items():
        headers = {
            "Access-Control-Allow-Origin": f"'{settings.allowed_origins[0]}'",
            "Access-Control-Expose-Headers": "'Retry-After,X-Request-Id'",
            "Cache-Control": "'no-store'",
            "X-Request-Id": "context.extendedRequestId",
            **answer.headers,
        }
        api.add_gateway_response(
            response_type.title().replace("_", ""),
            type=apigateway.ResponseType.of(response_type),
            status_code=answer.status,
            response_headers=headers,
            templates={"application/json": _body(answer)},
        )


def _body(answer: Answer) -> str:
    """Without a timestamp: no variable gives the request's time in RFC 3339."""
    return json.dumps(
        {
            "success": False,
            "requestId": "$context.extendedRequestId",
            "error": {"code": answer.code, "message": answer.message},
        }
    )
