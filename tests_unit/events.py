"""What Lambda hands to the handler: API Gateway proxy events and a context."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from contract.routes import Route

Event = dict[str, Any]

REQUEST_ID = "JKJaXmPLvHcESHA="  # the gateway's own, extended id
AMZN_REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
INVOCATION_ID = "7d1b6f3c-0a3f-4c51-8f0e-2b8f6f0c9a11"


class Context:
    """The part of Lambda's context object that the function reads."""

    aws_request_id = INVOCATION_ID


def by_path(user_id: object = "ada", **changes: Any) -> Event:
    """GET /user/{userId}."""
    own = {"resource": "/user/{userId}", "path": f"/user/{user_id}"}
    return _event(**own, pathParameters={"userId": user_id}) | changes


def by_query(user_id: object = "ada", **changes: Any) -> Event:
    """GET /user?userId=..."""
    return (
        _event(
            resource="/user",
            path="/user",
            queryStringParameters={"userId": user_id},
            multiValueQueryStringParameters={"userId": [user_id]},
        )
        | changes
    )


def asking(route: Route) -> Callable[..., Event]:
    """Return what makes the event of a route that reads a user: `by_path` or `by_query` of it."""
    make = by_path if route.source == "path" else by_query
    return partial(make, resource=route.path)


def with_headers(event: Event, headers: dict[str, str]) -> Event:
    """The event with these headers beside its own, in both of API Gateway's forms."""
    return event | {
        "headers": event["headers"] | headers,
        "multiValueHeaders": event["multiValueHeaders"]
        | {name: [value] for name, value in headers.items()},
    }


def _event(**parts: Any) -> Event:
    headers = {"Accept": "*/*", "Host": "abc123.execute-api.eu-west-1.amazonaws.com"}
    return {
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "httpMethod": "GET",
            "requestId": AMZN_REQUEST_ID,
            "extendedRequestId": REQUEST_ID,
            "stage": "prod",
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "curl/8.5.0"},
        },
        "body": None,
        "isBase64Encoded": False,
        **parts,
    }
