"""From an API Gateway proxy event, or anything else, to what was asked.

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
# What may stand in a header and a log line; API Gateway's and Lambda's ids are UUIDs.
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:=/+-]{1,64}")
_STAGE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Request(NamedTuple):
    """What was asked; a field is None where the event says nothing usable."""

    request_id: str
    invocation_id: str | None
    stage: str
    route: str | None
    user_id: str | None  # valid, or None
    origins: list[str]
    if_none_match: list[str]


def read(event: object, context: object) -> Request:
    """Read an event and Lambda's context object."""
    parts = _mapping(event)
    gateway = _mapping(parts.get("requestContext"))
    invocation_id = _matching(_REQUEST_ID, getattr(context, "aws_request_id", None))
    request_id = _matching(_REQUEST_ID, gateway.get("requestId"))
    route = _route(parts)
    return Request(
        request_id=request_id or invocation_id or urandom(16).hex(),
        invocation_id=invocation_id,
        stage=_matching(_STAGE, gateway.get("stage")) or "unknown",
        route=route,
        user_id=_matching(_USER_ID, _asked_for(parts, route)),
        origins=_header(parts, "origin"),
        if_none_match=_header(parts, "if-none-match"),
    )


def _route(event: Mapping[object, object]) -> str | None:
    """The route, from method and resource; from the parameters where there is no resource."""
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
    """Every value of a header; the event's list form holds them all, where there is one."""
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
