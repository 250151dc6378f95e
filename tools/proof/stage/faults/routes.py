"""Faults of the routes: which requests are answered, refused or unknown, and in which words."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from functools import partial

from tests_e2e.proxy import Behaviour
from tools.proof.stage.edits import (
    answers,
    asks,
    asks_for,
    body,
    both,
    code,
    error,
    from_gateway,
    header,
    of_stage,
    record,
    status,
    tag,
)
from tools.proof.stage.fault import Fault

MISSING_TOKEN = '{"message":"Missing Authentication Token"}'
OTHER_TAG = uuid.uuid4().hex

query_route_same = partial(Fault, "query-route-same")
missing_id_refused = partial(Fault, "missing-id-refused")
invalid_id_refused = partial(Fault, "invalid-id-refused")
unknown_user_404 = partial(Fault, "unknown-user-404")
unknown_path_answered = partial(Fault, "unknown-path-answered")
gateway_errors_in_contract = partial(Fault, "gateway-errors-in-contract")


def _clock_stopped() -> Behaviour:
    first: list[bytes] = []

    def time(found: re.Match[bytes]) -> bytes:
        first.append(found[0])
        return first[0]

    return body(r'"timestamp":"[^"]*"', time, of_stage)


FAULTS = (
    query_route_same(
        "query-route-with-another-tag",
        "GET /user?userId= has a tag of its own.",
        tag(lambda: OTHER_TAG, both(record, lambda request, _: "?userId=" in request.target)),
    ),
    query_route_same(
        "query-route-unknown",
        "GET /user?userId= finds nobody.",
        asks_for(r"\?userId=(e2e|smoke)-", "?userId=x-"),
    ),
    missing_id_refused(
        "missing-id-reaches-the-function",
        "GET /user without userId is answered by the function.",
        asks_for(r"/user(\?(id|USERID)=ada|\??$)", "/user?userId=."),
    ),
    missing_id_refused(
        "missing-id-in-the-gateways-words",
        "GET /user without userId gets API Gateway's own body.",
        answers(
            400,
            '{"message": "Missing required request parameters: [userId]"}',
            code("INVALID_REQUEST"),
        ),
    ),
    missing_id_refused(
        "missing-id-not-found",
        "GET /user without userId answers 404.",
        status(404, code("INVALID_REQUEST")),
    ),
    invalid_id_refused(
        "newline-at-the-end-accepted",
        "An id with a newline at its end counts as valid.",
        asks_for(r"%0A", ""),
    ),
    invalid_id_refused(
        "129-characters-accepted",
        "An id may be longer than 128 characters.",
        asks_for(r"a{129,}", "a" * 128),
    ),
    invalid_id_refused("dots-accepted", "An id may hold a dot.", asks_for(r"a\.b", "a-b")),
    invalid_id_refused(
        "invalid-id-422", "An invalid id answers 422.", status(422, code("INVALID_USER_ID"))
    ),
    unknown_user_404(
        "unknown-user-200",
        "An unknown user answers 200 with the error as body.",
        status(200, code("USER_NOT_FOUND")),
    ),
    unknown_user_404(
        "unknown-user-403",
        "An unknown user answers 403, as S3 would.",
        status(403, code("USER_NOT_FOUND")),
    ),
    unknown_user_404(
        "unknown-user-without-code",
        "The error of an unknown user has no code.",
        body(r'"code":"[^"]*",', "", code("USER_NOT_FOUND")),
    ),
    unknown_user_404(
        "unknown-user-with-null-data",
        "The error of an unknown user also has data: null.",
        body(r"^\{", '{"data":null,', code("USER_NOT_FOUND")),
    ),
    unknown_user_404(
        "clock-stopped", "Every answer has the timestamp of the first.", _clock_stopped()
    ),
    unknown_path_answered(
        "unknown-path-403",
        "An unknown path answers API Gateway's own 403.",
        answers(403, MISSING_TOKEN, both(from_gateway, code("NOT_FOUND"))),
    ),
    unknown_path_answered(
        "method-405",
        "Another method than GET answers 405.",
        status(405, both(error, lambda request, _: request.method != "GET")),
    ),
    unknown_path_answered(
        "post-like-get",
        "POST answers like GET.",
        asks(lambda request: replace(request, method=request.method.replace("POST", "GET"))),
    ),
    unknown_path_answered(
        "paths-below-a-user",
        "Whatever follows /user/{userId}/ is ignored.",
        asks_for(r"(/user/ada)/x$", r"\1"),
    ),
    gateway_errors_in_contract(
        "gateway-in-its-own-words",
        "The gateway's errors have API Gateway's own body.",
        body(r"^.*$", '{"message":"Bad Request"}', from_gateway),
    ),
    gateway_errors_in_contract(
        "gateway-errors-without-cors",
        "The gateway's errors have no CORS headers.",
        header("Access-Control-Allow-Origin", None, from_gateway),
    ),
    gateway_errors_in_contract(
        "gateway-errors-without-request-id",
        "The gateway's errors do not name the request's id.",
        header("X-Request-Id", None, from_gateway),
    ),
)
