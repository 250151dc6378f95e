"""One of those that are compared, in a process of its own.

    python -m tools.benchmarks.subject NAME

NAME is one of SUBJECTS, or `without-` and one of TRICKS. It imports, makes its client and answers
one request; then it prints what that took, and for every number that it reads from standard input
it makes as many requests and prints what they took.
Standard output carries one JSON line for each; the function's own log goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any

from tools.benchmarks.tricks import TRICKS

Request = Callable[[], object]

EVENT: dict[str, Any] = json.loads(Path(__file__).with_name("event.json").read_bytes())
CONTEXT = SimpleNamespace(
    aws_request_id="7d1b6f3c-0a3f-4c51-8f0e-2b8f6f0c9a11",
    function_name="function",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:function:live",
)
EVENT["multiValueHeaders"] = {name: [value] for name, value in EVENT["headers"].items()}


def floor() -> Request:
    """Make the least that reads a record by AWS's own library."""
    import boto3

    client = boto3.client("dynamodb")
    return lambda: client.get_item(TableName="users", Key={"userId": {"S": "ada"}})


def handled_by(module: str) -> Request:
    """Make the answer of a module's handler, as Lambda calls for it."""
    handler = importlib.import_module(module).lambda_handler
    return lambda: handler(EVENT, CONTEXT)


function = partial(handled_by, "lambda_function.handler")
SUBJECTS: dict[str, Callable[[], Request]] = {
    "floor": floor,
    "function": function,
    "table-resource": partial(handled_by, "tools.benchmarks.peers.resource"),
    "powertools": partial(handled_by, "tools.benchmarks.peers.powertools"),
}


def named(name: str) -> Callable[[], Request]:
    """Find the subject of that name; for a trick left out, leave it out."""
    trick = name.removeprefix("without-")
    if trick == name:
        return SUBJECTS[name]
    TRICKS[trick].leave_out()
    return function


def first(make: Callable[[], Request]) -> tuple[Request, dict[str, Any]]:
    """Start and answer one request; give CPU seconds of the process so far, and peak memory."""
    request = make()
    answer = request()
    cpu = process_time()
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    body = answer.get("body") if isinstance(answer, dict) else None
    return request, {"cpu": cpu, "peak_mb": peak_kb / 1024, "body": body}


def several(request: Request, count: int) -> dict[str, float]:
    """Give CPU and wall seconds of one request, over `count` of them."""
    cpu, wall = process_time(), perf_counter()
    for _ in range(count):
        request()
    return {"cpu": (process_time() - cpu) / count, "wall": (perf_counter() - wall) / count}


if __name__ == "__main__":
    results = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # from here on standard output is the function's log
    request, started = first(named(sys.argv[1]))
    print(json.dumps(started), file=results)
    for line in sys.stdin:
        print(json.dumps(several(request, int(line))), file=results)
