"""What every answer and every log line of the function must be, whatever it answers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

import contract
from contract.stages import LOG_LINE_BYTES
from tests_unit import events

_VALIDATORS = {
    name: Draft4Validator(contract.load(name), format_checker=FormatChecker())
    for name in contract.NAMES
}
CODES = {
    400: {"INVALID_USER_ID"},
    404: {"USER_NOT_FOUND", "NOT_FOUND"},
    500: {"DATABASE_ERROR", "INTERNAL_ERROR"},
    503: {"SERVICE_UNAVAILABLE"},
}
_CONTEXT_OF_LAMBDA = events.Context()


def ask(handler: Any, event: object, context: object = _CONTEXT_OF_LAMBDA) -> dict[str, Any]:
    """Hand an event to the handler; fail unless the answer fits the contract."""
    answer: dict[str, Any] = handler.lambda_handler(event, context)
    fits_contract(answer)
    return answer


def body(answer: dict[str, Any]) -> Any:
    """Read the body, numbers with every digit."""
    return json.loads(answer["body"], parse_float=Decimal)


def data(answer: dict[str, Any]) -> Any:
    """Return the record of a 200."""
    assert answer["statusCode"] == 200
    return body(answer)["data"]


def error(answer: dict[str, Any]) -> tuple[int, str]:
    """Return status and code of an error."""
    return answer["statusCode"], body(answer)["error"]["code"]


def fits_contract(answer: dict[str, Any]) -> None:
    """Fail unless this is one of the contract's answers, as the proxy integration takes it."""
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert answer["isBase64Encoded"] is False
    json.dumps(answer).encode("ascii")  # Lambda encodes it again
    headers = answer["headers"]
    assert all(isinstance(text, str) for pair in headers.items() for text in pair)
    assert all("\r" not in value and "\n" not in value for value in headers.values())
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-Id"]
    assert "Access-Control-Allow-Credentials" not in headers
    _fits_status(answer)


def _fits_status(answer: dict[str, Any]) -> None:
    status, headers = answer["statusCode"], answer["headers"]
    if status in (200, 304):
        assert headers["ETag"]
        assert headers["Cache-Control"].startswith("private, ")
    else:
        assert headers["Cache-Control"] == "no-store"
        assert "ETag" not in headers
    if status == 304:
        assert answer["body"] == ""
        return
    _VALIDATORS["user_response" if status == 200 else "error_response"].validate(body(answer))
    assert body(answer)["success"] is (status == 200)
    assert body(answer)["requestId"] == headers["X-Request-Id"]
    assert "timestamp" in body(answer)
    if status != 200:
        assert body(answer)["error"]["code"] in CODES[status]
    assert ("Retry-After" in headers) == (status == 503)


def log_line(line: str) -> dict[str, Any]:
    """Read a log line; fail unless it is valid JSON, small and one line."""
    assert line.endswith("\n")
    assert len(line.encode("ascii")) <= LOG_LINE_BYTES
    read: dict[str, Any] = json.loads(line, parse_constant=pytest.fail)
    return read
