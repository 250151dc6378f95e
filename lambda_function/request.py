"""Reads what was asked from an API Gateway proxy event, or from anything else.

Event shape: https://docs.aws.amazon.com/apigateway/latest/developerguide/
set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format.
Nothing here raises, whatever the event is.
"""

import re
from collections.abc import Mapping
from os import urandom
from typing import NamedTuple

BY_PATH = "GET /user/{userId}"
BY_QUERY = "GET /user"

_USER_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
# What may stand in a header and a log line.
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:=/+-]{1,64}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Request(NamedTuple):
    """What was asked; a field is None where the event says nothing usable."""

    request_id: str  # of the answer; no client can choose it
    amzn_request_id: str | None  # of API Gateway, unless the client sent x-amzn-RequestId
    invocation_id: str | None  # of Lambda
    route: str | None
    user_id: str | None  # valid, or None
    origins: list[str]
    if_none_match: list[str]


def read(event: object, context: object) -> Request:
    """Read an event and Lambda's context object."""
    parts = _mapping(event)
    gateway = _mapping(parts.get("requestContext"))
    invocation_id = _matching(_REQUEST_ID, getattr(context, "aws_request_id", None))
    # A client that sends x-amzn-RequestId sets the second, but never the first:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    extended_id = _matching(_REQUEST_ID, gateway.get("extendedRequestId"))
    amzn_id = _matching(_REQUEST_ID, gateway.get("requestId"))
    route = _route(parts)
    return Request(
        request_id=extended_id or amzn_id or invocation_id or urandom(16).hex(),
        amzn_request_id=_matching(_UUID, amzn_id),
        invocation_id=invocation_id,
        route=route,
        user_id=_matching(_USER_ID, _asked_for(parts, route)),
        origins=_header(parts, "origin"),
        if_none_match=_header(parts, "if-none-match"),
    )


def _route(event: Mapping[object, object]) -> str | None:
    """Tell the route by method and resource, or by the parameters where there is no resource."""
    if event.get("httpMethod") not in ("GET", None):
        return None
    resource = event.get("resource")
    if not isinstance(resource, str):
        return BY_PATH if "userId" in _mapping(event.get("pathParameters")) else BY_QUERY
    return {"/user/{userId}": BY_PATH, "/user": BY_QUERY}.get(resource)


def _asked_for(event: Mapping[object, object], route: str | None) -> object:
    if route == BY_PATH:
        return _mapping(event.get("pathParameters")).get("userId")
    # A key given twice arrives as its last value alone on one platform and as its first
    # on another: only the list shows both, and two users cannot be answered.
    given = _mapping(event.get("multiValueQueryStringParameters")).get("userId")
    if isinstance(given, list):
        return given[0] if len(given) == 1 else None
    return _mapping(event.get("queryStringParameters")).get("userId")


def _header(event: Mapping[object, object], name: str) -> list[str]:
    """Return every value of a header; the event's list form, where it has one, holds them all."""
    for form in ("multiValueHeaders", "headers"):
        values = [
            text
            for field, value in _mapping(event.get(form)).items()
            if isinstance(field, str) and field.lower() == name
            for text in (value if isinstance(value, list) else [value])
            if isinstance(text, str)
        ]
        if values:
            return values
    return []


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
