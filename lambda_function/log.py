"""One JSON line for each request on standard output.

Lambda's JSON log format takes level and timestamp from a line that is JSON already:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html.
Of what a client sends or a record says, the line holds the id that was asked for, on purpose,
and nothing else.
"""

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from json import JSONEncoder

from lambda_function.answers import rfc3339
from lambda_function.request import Request
from lambda_function.settings import LEVELS

MAX_BYTES = 450

_TRACE = re.compile(r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})")
# Left out of a line that is too long, in this order. The access log has the first two as well.
_EXPENDABLE = ("amznRequestId", "traceId", "invocationId", "userId")
_encode = JSONEncoder(separators=(",", ":")).encode


class Log:
    """Writes the lines of one process, from a level on (one of LEVELS)."""

    def __init__(self, level: str) -> None:
        self._written = LEVELS[LEVELS.index(level) :]
        self._cold = True

    def write(self, asked: Request, status: int, facts: Mapping[str, object]) -> None:
        """Write the line of one request; what is None is left out."""
        cold, self._cold = self._cold, False
        level = "ERROR" if status >= 500 else "WARN" if status >= 400 else "INFO"
        if level not in self._written:
            return
        line: dict[str, object] = {
            "timestamp": rfc3339(datetime.now(UTC)),
            "level": level,
            "requestId": asked.request_id,
            "amznRequestId": asked.amzn_request_id,
            "invocationId": asked.invocation_id,
            "traceId": _trace_id(),
            "route": asked.route,
            "userId": asked.user_id,
            "status": status,
            "coldStart": cold,
            **facts,
        }
        _print({name: value for name, value in line.items() if value is not None})


def _print(line: dict[str, object]) -> None:
    text = _encode(line)
    for name in _EXPENDABLE:
        if len(text) < MAX_BYTES:  # the line feed is one more
            break
        line.pop(name, None)
        text = _encode(line)
    with suppress(OSError, ValueError):  # a closed output: the answer matters more
        # In one call, because Lambda takes every write for a line of its own.
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _trace_id() -> str | None:
    """Return the id that Lambda puts into the environment for each invocation it traces."""
    found = _TRACE.search(str(os.environ.get("_X_AMZN_TRACE_ID")))
    return found and found[1]
