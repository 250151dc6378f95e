"""What every answer keeps, whatever was asked. Each check asserts exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from jsonschema import Draft4Validator

import contract
from contract.answers import (
    FUNCTION_EXPOSES,
    FUNCTION_HEADERS,
    GATEWAY_HEADERS,
    MALFORMED,
    MESSAGES,
    PREFLIGHT_HEADERS,
    RETRY_AFTER,
)
from contract.stages import SLOWEST_ANSWER_SECONDS, Promised
from tests_e2e.client import Answer

CLOCK_SKEW = timedelta(seconds=60)
ETAG = re.compile(r'"[0-9a-f]{32}"')

# Headers that HTTP servers and AWS add by themselves, whatever the stack says.
_PLATFORM = re.compile(
    r"date|content-length|connection|transfer-encoding|"
    r"x-amzn-(requestid|errortype|trace-id|remapped-[a-z-]+)|x-amz-(request-id|apigw-id)",
    re.IGNORECASE,
)

# What no client may see: where the code runs, what it is made of, what it is called there.
_INTERNAL = re.compile(
    r"traceback|exception|error:|\.py\b|/var/|botocore|boto3|python|lambda|dynamo|"
    r"arn:|amazonaws|userapi|table|0{12}|site-packages|line \d",
    re.IGNORECASE,
)
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def success(answer: Answer, expected: Promised, origin: str | None = None) -> dict[str, Any]:
    """A 200 of the function, whole. Gives `data`, with numbers as Decimal."""
    body = _body(answer, 200, "user_response")
    tag = answer.header("etag") or ""
    assert ETAG.fullmatch(tag), f"no strong tag: {tag!r}"
    _headers(
        answer,
        FUNCTION_HEADERS
        | _cors(origin)
        | {"x-request-id": body["requestId"], "cache-control": expected.cache_control, "etag": tag},
    )
    _timestamp(body)
    data = body["data"]
    assert isinstance(data, dict)
    return data


def not_modified(answer: Answer, expected: Promised, tag: str, origin: str | None = None) -> None:
    """A 304: the headers of the 200, and no body."""
    assert answer.status == 304, f"{answer.status}, expected 304"
    assert answer.body == b""
    request_id = answer.header("x-request-id") or ""
    assert _REQUEST_ID.fullmatch(request_id), f"no request id: {request_id!r}"
    _headers(
        answer,
        FUNCTION_HEADERS
        | _cors(origin)
        | {"x-request-id": request_id, "cache-control": expected.cache_control, "etag": tag},
    )


def function_error(answer: Answer, status: int, code: str, origin: str | None = None) -> None:
    """An error of the function, whole."""
    body = _body(answer, status, "error_response")
    assert body["error"] == {"code": code, "message": MESSAGES[code]}
    _headers(
        answer,
        FUNCTION_HEADERS
        | _cors(origin)
        | _retry_after(code)
        | {"x-request-id": body["requestId"], "cache-control": "no-store"},
    )
    _timestamp(body)
    nothing_internal(answer)


def gateway_error(
    answer: Answer, expected: Promised, status: int, code: str, message: str | None = None
) -> None:
    """An error that the gateway answers by itself, whole."""
    if answer.request.method == "HEAD":
        assert (answer.status, answer.body) == (status, b"")
        request_id = answer.header("x-request-id") or ""
        assert _REQUEST_ID.fullmatch(request_id), f"no request id: {request_id!r}"
    else:
        body = _body(answer, status, "error_response")
        assert body["error"] == {"code": code, "message": message or MESSAGES[code]}
        assert "timestamp" not in body, "a gateway response cannot tell the time in RFC 3339"
        request_id = body["requestId"]
    _headers(
        answer,
        GATEWAY_HEADERS
        | _retry_after(code)
        | {
            "x-request-id": request_id,
            "access-control-allow-origin": expected.origins[0],
        },
    )
    nothing_internal(answer)


def any_answer(answer: Answer, expected: Promised) -> None:
    """One of the contract's answers, whole, whichever it is; no failure of the service."""
    assert answer.status < 500, f"{answer.status}: {answer.body[:300]!r}"
    if answer.status == 200:
        success(answer, expected)
    elif answer.status == 204:
        preflight(answer, expected.origins[0])
    elif answer.status == 304:
        not_modified(answer, expected, answer.header("etag") or "")
    elif answer.request.method == "HEAD":
        no_such_route(answer, expected)
    elif code(answer) in ("INVALID_USER_ID", "USER_NOT_FOUND"):
        function_error(answer, {"INVALID_USER_ID": 400}.get(code(answer), 404), code(answer))
    elif code(answer) == "INVALID_REQUEST" and answer.status != 400:
        gateway_error(answer, expected, answer.status, "INVALID_REQUEST", MALFORMED)
    elif code(answer) == "INVALID_REQUEST":
        gateway_error(answer, expected, 400, "INVALID_REQUEST")
    else:
        no_such_route(answer, expected)


def no_such_route(answer: Answer, expected: Promised) -> None:
    """Anything but the two routes: API Gateway cannot tell it from a missing signature."""
    if expected.iam:
        gateway_error(answer, expected, 403, "FORBIDDEN")
    else:
        gateway_error(answer, expected, 404, "NOT_FOUND")


def refused(answer: Answer, expected: Promised) -> None:
    """403 of an IAM stage. Credentials that are none at all are told to be malformed."""
    if code(answer) == "INVALID_REQUEST":
        gateway_error(answer, expected, 403, "INVALID_REQUEST", MALFORMED)
    else:
        gateway_error(answer, expected, 403, "FORBIDDEN")


def preflight(answer: Answer, allowed: str) -> None:
    """The answer to a browser's preflight, which lets one origin read."""
    assert answer.status == 204, f"{answer.status}, expected 204"
    assert answer.body == b""
    headers = PREFLIGHT_HEADERS | {"access-control-allow-origin": allowed}
    if answer.header("content-type"):  # API Gateway adds it to an empty body, too
        headers["content-type"] = "application/json"
    _headers(answer, headers)


def code(answer: Answer) -> str:
    """The error code of a body that fits the contract."""
    return str(_body(answer, answer.status, "error_response")["error"]["code"])


def nothing_internal(answer: Answer) -> None:
    """Neither body nor headers tell what the service is made of."""
    own = [f"{key}: {value}" for key, value in answer.headers if not _PLATFORM.fullmatch(key)]
    for text in [answer.body.decode("utf-8", "replace"), *own]:
        leak = _INTERNAL.search(text)
        assert leak is None, f"shows {leak and leak.group()!r}: {text[:300]}"


def json_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object: UTF-8, no key twice, no NaN; numbers become Decimal."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_key_twice,
        )
    except ValueError as error:
        raise AssertionError(f"the body is no JSON: {error}: {body[:300]!r}") from None
    assert isinstance(value, dict), f"the body is no JSON object: {body[:300]!r}"
    return value


def same(left: object, right: object) -> bool:
    """Equality of JSON values: true is not 1, "1" is not 1, 1.0 is 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


def _body(answer: Answer, status: int, schema: str) -> dict[str, Any]:
    assert answer.status == status, f"{answer.status}, expected {status}: {answer.body[:300]!r}"
    assert answer.seconds < SLOWEST_ANSWER_SECONDS, f"took {answer.seconds:.1f} s"
    length = answer.header("content-length")
    assert length is None or length == str(len(answer.body))
    body = json_object(answer.body)
    problems = [
        f"{problem.json_path}: {problem.message}"
        for problem in _validator(schema).iter_errors(json.loads(answer.body))
    ]
    assert not problems, f"does not fit contract/{schema}.schema.json: {problems}"
    assert _REQUEST_ID.fullmatch(body["requestId"]), f"no request id: {body['requestId']!r}"
    return body


@cache
def _validator(schema: str) -> Draft4Validator:
    checker = Draft4Validator.FORMAT_CHECKER
    assert "date-time" in checker.checkers, "rfc3339-validator is not installed"
    return Draft4Validator(contract.load(schema), format_checker=checker)


def _headers(answer: Answer, expected: Mapping[str, str]) -> None:
    """Exactly these headers, each once, beside those of the platform."""
    own = [(key.lower(), value) for key, value in answer.headers]
    shown = sorted(pair for pair in own if not _PLATFORM.fullmatch(pair[0]))
    if answer.status == 304:  # RFC 9110 lets a server leave out what describes the body
        shown = [pair for pair in shown if pair[0] != "content-type"]
        expected = {key: value for key, value in expected.items() if key != "content-type"}
    assert shown == sorted(expected.items())


def _cors(origin: str | None) -> dict[str, str]:
    if origin is None:
        return {}
    return {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": FUNCTION_EXPOSES,
    }


def _retry_after(code: str) -> dict[str, str]:
    return {"retry-after": RETRY_AFTER[code]} if code in RETRY_AFTER else {}


def _timestamp(body: dict[str, Any]) -> None:
    assert _UTC.fullmatch(body["timestamp"]), body["timestamp"]
    told = datetime.fromisoformat(body["timestamp"])
    assert abs(datetime.now(UTC) - told) < CLOCK_SKEW, f"the clock is off: {told}"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a key comes twice in {names}")
    return dict(pairs)
