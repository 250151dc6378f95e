"""The answers of the contract, as API Gateway's Lambda proxy integration takes them.

Bodies: `contract/user_response.schema.json` and `contract/error_response.schema.json`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quote
from typing import Any

Answer = dict[str, Any]

# code -> status, and a message that a caller can act on
ERRORS: Mapping[str, tuple[int, str]] = {
    "INVALID_USER_ID": (
        400,
        "userId must be given once, as 1 to 128 characters of A-Z, a-z, 0-9, _ and -.",
    ),
    "USER_NOT_FOUND": (404, "There is no user with this userId."),
    "NOT_FOUND": (404, "Ask with GET for /user/{userId} or /user?userId={userId}."),
    "SERVICE_UNAVAILABLE": (503, "The service is busy. Try again after the time in Retry-After."),
    "DATABASE_ERROR": (500, "The record could not be read. Report the requestId if it persists."),
    "INTERNAL_ERROR": (500, "Something went wrong. Report the requestId if it persists."),
}
_RETRY_AFTER = "2"  # seconds


class Problem(Exception):  # noqa: N818 - it is an answer rather than a fault of the program
    """Ends a request with the error of a code; the cause goes to the log alone."""

    def __init__(self, code: str, cause: str | None = None) -> None:
        self.code = code
        self.cause = cause


def rfc3339(moment: datetime) -> str:
    """Format a moment of UTC to the millisecond, like 2026-11-22T12:00:00.000Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cache_control(max_age: int) -> str:
    """Return the header of a record that a private cache may use for `max_age` seconds.

    At 0 it may be kept, but every use asks the function first, so that a read is consistent.
    """
    return f"private, max-age={max_age}" if max_age else "private, no-cache"


def found(request_id: str, data: str, headers: Mapping[str, str]) -> Answer:
    """Answer 200 with the record, given as JSON text."""
    return _answer(200, request_id, headers, _body("true", request_id, f'"data":{data}'))


def not_modified(request_id: str, headers: Mapping[str, str]) -> Answer:
    """Answer 304: the headers of the 200, and no body."""
    return _answer(304, request_id, headers, "")


def error(request_id: str, code: str, headers: Mapping[str, str]) -> Answer:
    """Answer with the error of that code, one of ERRORS' keys."""
    status, message = ERRORS[code]
    uncached = {**headers, "Cache-Control": "no-store"}
    if code == "SERVICE_UNAVAILABLE":
        uncached["Retry-After"] = _RETRY_AFTER
    fields = f'"error":{{"code":{quote(code)},"message":{quote(message)}}}'
    return _answer(status, request_id, uncached, _body("false", request_id, fields))


def _answer(status: int, request_id: str, headers: Mapping[str, str], body: str) -> Answer:
    own = {
        "Content-Type": "application/json",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": request_id,
    }
    return {
        "statusCode": status,
        "headers": {**own, **headers},
        "body": body,
        "isBase64Encoded": False,
    }


def _body(success: str, request_id: str, fields: str) -> str:
    now = rfc3339(datetime.now(UTC))
    return f'{{"success":{success},"timestamp":"{now}","requestId":{quote(request_id)},{fields}}}'
