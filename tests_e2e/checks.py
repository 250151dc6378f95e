"""What every answer keeps, whatever was asked. Each check asserts exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
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
from contract.stages import SLOWEST_ANSWER_SECONDS
from tests_e2e.client import Answer

CLOCK_SKEW = timedelta(seconds=60)
ETAG = re.compile(r'W/"[0-9a-f]{32}"')

# Headers that HTTP servers and AWS add by themselves, whatever the stack declares.
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
# API Gateway's extended id, like JKJaXmPLvHcESHA=; the emulator's is a UUID.
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{11,}={1,2}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# --- whole answers ------------------------------------------------------------


def success(answer: Answer, origin: str | None = None) -> dict[str, Any]:
    """Check a 200 of the function. Return `data`, with numbers as Decimal."""
    body = _body(answer, 200, "user_response")
    tag = answer.header("etag") or ""
    assert ETAG.fullmatch(tag), f"not the entity tag of a record: {tag!r}"
    _record_headers(answer, body["requestId"], tag, origin)
    _timestamp(body)
    data = body["data"]
    assert isinstance(data, dict)
    return data


def record(answer: Answer, expected: Mapping[str, Any]) -> None:
    """Check a 200 of the function that returns exactly this record."""
    equal(success(answer), expected)


def not_modified(answer: Answer, tag: str, origin: str | None = None) -> None:
    """Check a 304: the headers of the 200, and no body."""
    assert answer.status == 304, f"{answer.status}, expected 304"
    assert answer.body == b""
    _record_headers(answer, _header_request_id(answer), tag, origin)


def function_error(answer: Answer, status: int, code: str, origin: str | None = None) -> None:
    """Check an error of the function."""
    body = _error(answer, status, code, MESSAGES[code])
    own = {"x-request-id": body["requestId"], "cache-control": "no-store"}
    _headers(answer, FUNCTION_HEADERS | _cors(origin) | _retry_after(code) | own)
    _timestamp(body)
    nothing_internal(answer)


def gateway_error(answer: Answer, status: int, code: str, message: str | None = None) -> None:
    """Check an error that the gateway answers by itself."""
    if answer.request.method == "HEAD":
        assert (answer.status, answer.body) == (status, b"")
        request_id = _header_request_id(answer)
    else:
        body = _error(answer, status, code, message or MESSAGES[code])
        assert "timestamp" not in body, "no variable of a gateway response has RFC 3339 time"
        request_id = body["requestId"]
    allowed = answer.stage.expected.origins[0]
    own = {"x-request-id": request_id, "access-control-allow-origin": allowed}
    _headers(answer, GATEWAY_HEADERS | _retry_after(code) | own)
    nothing_internal(answer)


def any_answer(answer: Answer) -> None:
    """Check that this is one of the contract's answers, and no failure of the service."""
    assert answer.status < 500, f"{answer.status}: {answer.body[:300]!r}"
    if answer.status == 200:
        success(answer)
    elif answer.status == 204:
        preflight(answer, answer.stage.expected.origins[0])
    elif answer.status == 304:
        not_modified(answer, answer.header("etag") or "")
    elif answer.request.method == "HEAD":
        no_such_route(answer)
    elif code(answer) in ("INVALID_USER_ID", "USER_NOT_FOUND"):
        function_error(answer, {"INVALID_USER_ID": 400}.get(code(answer), 404), code(answer))
    elif code(answer) == "INVALID_REQUEST" and answer.status != 400:
        gateway_error(answer, answer.status, "INVALID_REQUEST", MALFORMED)
    elif code(answer) == "INVALID_REQUEST":
        gateway_error(answer, 400, "INVALID_REQUEST")
    else:
        no_such_route(answer)


def no_such_route(answer: Answer) -> None:
    """Check the answer to any other route; on an IAM stage it looks like a missing signature."""
    if answer.stage.expected.iam:
        gateway_error(answer, 403, "FORBIDDEN")
    else:
        gateway_error(answer, 404, "NOT_FOUND")


def refused(answer: Answer) -> None:
    """Check a 403 of an IAM stage. Unreadable credentials are called malformed."""
    if code(answer) == "INVALID_REQUEST":
        gateway_error(answer, 403, "INVALID_REQUEST", MALFORMED)
    else:
        gateway_error(answer, 403, "FORBIDDEN")


def preflight(answer: Answer, allowed: str) -> None:
    """Check the answer to a browser's preflight, which lets one origin read."""
    assert answer.status == 204, f"{answer.status}, expected 204"
    assert answer.body == b""
    headers = PREFLIGHT_HEADERS | {"access-control-allow-origin": allowed}
    if answer.header("content-type"):  # API Gateway adds it to an empty body, too
        headers["content-type"] = "application/json"
    _headers(answer, headers)


# --- parts of answers -----------------------------------------------------------


def code(answer: Answer) -> str:
    """The error code of a body that fits the contract."""
    return str(_body(answer, answer.status, "error_response")["error"]["code"])


def nothing_internal(answer: Answer) -> None:
    """Check that neither body nor headers show what the service is made of."""
    shown = [f"{name}: {value}" for name, value in _own_headers(answer)]
    for text in [answer.body.decode("utf-8", "replace"), *shown]:
        leak = _INTERNAL.search(text)
        assert leak is None, f"shows {leak and leak.group()!r}: {text[:300]}"


def json_object(body: bytes) -> dict[str, Any]:
    """Parse a body strictly: a JSON object in UTF-8, no key twice, no NaN; numbers as Decimal."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_key_twice,
        )
    except ValueError as error:
        raise AssertionError(f"the body is not JSON: {error}: {body[:300]!r}") from None
    assert isinstance(value, dict), f"the body is not a JSON object: {body[:300]!r}"
    return value


def equal(actual: object, expected: object) -> None:
    """Check that two JSON values are equal: true is not 1, "1" is not 1, 1.0 is 1."""
    problems = list(differences(actual, expected))
    assert not problems, "; ".join(problems[:5])


def differences(actual: object, expected: object, place: str = "data") -> Iterator[str]:
    """`data.born: '1815', expected Decimal('1815')` for each place where two values differ."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        for key in sorted(actual.keys() | expected.keys()):
            if key not in expected:
                yield f"{place}.{key}: {actual[key]!r}, expected nothing"
            elif key not in actual:
                yield f"{place}.{key}: missing, expected {expected[key]!r}"
            else:
                yield from differences(actual[key], expected[key], f"{place}.{key}")
    elif isinstance(actual, list) and isinstance(expected, list) and len(actual) == len(expected):
        for index, pair in enumerate(zip(actual, expected, strict=True)):
            yield from differences(*pair, f"{place}[{index}]")
    elif type(actual) is not type(expected) or actual != expected:
        yield f"{place}: {actual!r}, expected {expected!r}"


def _error(answer: Answer, status: int, code: str, message: str) -> dict[str, Any]:
    body = _body(answer, status, "error_response")
    assert body["error"] == {"code": code, "message": message}
    return body


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
    assert _REQUEST_ID.fullmatch(body["requestId"]), f"not a request id: {body['requestId']!r}"
    return body


@cache
def _validator(schema: str) -> Draft4Validator:
    checker = Draft4Validator.FORMAT_CHECKER
    assert "date-time" in checker.checkers, "rfc3339-validator is not installed"
    return Draft4Validator(contract.load(schema), format_checker=checker)


def _record_headers(answer: Answer, request_id: str, tag: str, origin: str | None) -> None:
    cache_control = answer.stage.expected.cache_control
    own = {"x-request-id": request_id, "cache-control": cache_control, "etag": tag}
    _headers(answer, FUNCTION_HEADERS | _cors(origin) | own)


def _headers(answer: Answer, expected: Mapping[str, str]) -> None:
    """Exactly these headers, each once, beside those of the platform."""
    shown = sorted((name.lower(), value) for name, value in _own_headers(answer))
    if answer.status == 304:  # RFC 9110 lets a server leave out what describes the body
        shown = [pair for pair in shown if pair[0] != "content-type"]
        expected = {name: value for name, value in expected.items() if name != "content-type"}
    wanted = sorted(expected.items())
    surplus, lacking = [p for p in shown if p not in wanted], [p for p in wanted if p not in shown]
    assert shown == wanted, f"headers {surplus} are not expected, {lacking} are: all are {shown}"


def _own_headers(answer: Answer) -> list[tuple[str, str]]:
    """The headers of the service: neither the platform's nor those of `--allow-header`."""
    return [
        (name, value)
        for name, value in answer.headers
        if not _PLATFORM.fullmatch(name) and name.lower() not in answer.stage.allowed_headers
    ]


def _header_request_id(answer: Answer) -> str:
    request_id = answer.header("x-request-id") or ""
    assert _REQUEST_ID.fullmatch(request_id), f"not a request id: {request_id!r}"
    return request_id


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
    time = datetime.fromisoformat(body["timestamp"])
    assert abs(datetime.now(UTC) - time) < CLOCK_SKEW, f"the clock is off: {time}"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"repeats a key in {names}")
    return dict(pairs)
