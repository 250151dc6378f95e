"""Faults of the headers, of the request id, and of what answers show of the inside."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial

from tools.proof.stage.edits import (
    body,
    code,
    edits,
    error,
    from_function,
    header,
    of_stage,
    request_id,
)
from tools.proof.stage.fault import Fault

TRACEBACK = "Traceback (most recent call last): File '/var/task/lambda_function/handler.py'"
MESSAGE = r'"message":"[^"]*"'
OTHER_ID = str(uuid.uuid4())

json_nosniff = partial(Fault, "json-nosniff")
request_id_matches = partial(Fault, "request-id-matches")
nothing_internal_shown = partial(Fault, "nothing-internal-shown")

FAULTS = (
    json_nosniff(
        "nosniff-missing",
        "X-Content-Type-Options is missing.",
        header("X-Content-Type-Options", None),
    ),
    json_nosniff(
        "json-as-text",
        "The content type is text/plain.",
        header("Content-Type", "text/plain", from_function),
    ),
    json_nosniff(
        "content-type-twice",
        "The content type is sent twice.",
        edits(
            lambda _, response: replace(
                response, headers=(*response.headers, ("Content-Type", "application/json"))
            ),
            from_function,
        ),
    ),
    request_id_matches(
        "request-id-missing", "X-Request-Id is missing.", header("X-Request-Id", None)
    ),
    request_id_matches(
        "request-id-of-another",
        "X-Request-Id and the body name different requests.",
        header("X-Request-Id", OTHER_ID, from_function),
    ),
    request_id_matches(
        "request-id-always-the-same",
        "Every request has the same id.",
        request_id(lambda _: OTHER_ID),
    ),
    request_id_matches(
        "request-id-chosen-by-the-client",
        "A client's X-Request-Id is believed.",
        request_id(lambda request: request.header("x-request-id")),
    ),
    nothing_internal_shown(
        "traceback-shown",
        "An error shows the traceback.",
        body(MESSAGE, f'"message":"{TRACEBACK}"', error),
    ),
    nothing_internal_shown(
        "table-name-shown",
        "An error names the table.",
        body(
            MESSAGE,
            '"message":"No item in UserApi-local-Users0A0EEA89-1ABC2DEF."',
            code("USER_NOT_FOUND"),
        ),
    ),
    nothing_internal_shown(
        "arn-in-a-header",
        "A header shows the function's ARN.",
        header("X-Served-By", "arn:aws:lambda:us-east-1:123456789012:function:user-api", error),
    ),
    nothing_internal_shown(
        "server-named",
        "A header names the server and its version.",
        header("Server", "hypercorn-h11/0.18 Python/3.14", of_stage),
    ),
    nothing_internal_shown(
        "exception-from-the-table",
        "A failing table's answer shows what botocore raised.",
        body(
            MESSAGE,
            '"message":"An error occurred (ThrottlingException) when calling GetItem"',
            code("SERVICE_UNAVAILABLE"),
        ),
    ),
)
