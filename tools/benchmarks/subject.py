"""One of the two that are compared, in a process of its own.

    python -m tools.benchmarks.subject NAME

It imports, makes its client and answers one request; then prints what that took, and for
every number it reads from standard input makes so many requests and prints what they took.
Standard output carries one JSON line for each; the function's own log goes to standard error.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any

Request = Callable[[], object]

EVENT: dict[str, Any] = {
    "resource": "/user/{userId}",
    "path": "/user/ada",
    "httpMethod": "GET",
    "headers": {
        "Accept": "*/*",
        "Host": "abc123.execute-api.us-east-1.amazonaws.com",
        "Origin": "https://app.example.com",
        "User-Agent": "curl/8.5.0",
        "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    },
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": {"userId": "ada"},
    "stageVariables": None,
    "requestContext": {
        "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "stage": "prod",
        "identity": {"sourceIp": "192.0.2.1"},
    },
    "body": None,
    "isBase64Encoded": False,
}
EVENT["multiValueHeaders"] = {name: [value] for name, value in EVENT["headers"].items()}


def floor() -> Request:
    """The least that reads a record by AWS's own library."""
    import boto3

    client = boto3.client("dynamodb")
    return lambda: client.get_item(TableName="users", Key={"userId": {"S": "ada"}})


def function() -> Request:
    """The handler, as Lambda calls it."""
    from lambda_function.handler import lambda_handler

    context = SimpleNamespace(aws_request_id="7d1b6f3c-0a3f-4c51-8f0e-2b8f6f0c9a11")
    return lambda: lambda_handler(EVENT, context)


def first(
    make: Callable[[], Callable[[], object]],
) -> tuple[Callable[[], object], dict[str, float]]:
    """Start and answer one request; CPU seconds of the process so far, and its peak memory."""
    request = make()
    request()
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return request, {"cpu": process_time(), "peak_mb": peak_kb / 1024}


def several(request: Request, count: int) -> dict[str, float]:
    """CPU and wall seconds of one request, over `count` of them."""
    cpu, wall = process_time(), perf_counter()
    for _ in range(count):
        request()
    return {"cpu": (process_time() - cpu) / count, "wall": (perf_counter() - wall) / count}


if __name__ == "__main__":
    results = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # from here on standard output is the function's log
    request, started = first({"floor": floor, "function": function}[sys.argv[1]])
    print(json.dumps(started), file=results)
    for line in sys.stdin:
        print(json.dumps(several(request, int(line))), file=results)
