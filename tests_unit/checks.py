"""What every answer and every log line of the function must be, whatever it answers."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker

import contract

_VALIDATORS = {
    name: Draft4Validator(contract.load(name), format_checker=FormatChecker())
    for name in contract.NAMES
}
_EMF_SCHEMA = Path(__file__).with_name("embedded_metric_format.schema.json")
_EMF = Draft202012Validator(json.loads(_EMF_SCHEMA.read_text(encoding="utf-8")))
CODES = {
    400: {"INVALID_USER_ID"},
    404: {"USER_NOT_FOUND", "NOT_FOUND"},
    500: {"DATABASE_ERROR", "INTERNAL_ERROR"},
    503: {"SERVICE_UNAVAILABLE"},
}


def body(answer: dict[str, Any]) -> Any:
    """The body, its numbers with every digit."""
    return json.loads(answer["body"], parse_float=Decimal)


def error_code(answer: dict[str, Any]) -> str:
    """The code of an error that fits the contract."""
    fits_contract(answer)
    code: str = body(answer)["error"]["code"]
    return code


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
    assert body(answer)["requestId"] == headers["X-Request-Id"]
    assert "timestamp" in body(answer)
    if status != 200:
        assert body(answer)["error"]["code"] in CODES[status]
    assert ("Retry-After" in headers) == (status == 503)


def log_line(line: str) -> dict[str, Any]:
    """The line, read; fail unless it is small, valid JSON and valid embedded metric format."""
    assert line.endswith("\n")
    assert len(line.encode("ascii")) <= 700
    read: dict[str, Any] = json.loads(line, parse_constant=pytest.fail)
    _EMF.validate(read)
    (directive,) = read["_aws"]["CloudWatchMetrics"]
    for metric in directive["Metrics"]:
        assert isinstance(read[metric["Name"]], int | float)
    for name in directive["Dimensions"][0]:
        assert 0 < len(read[name]) <= 1024
    return read
