"""One JSON line per request on standard output, metrics included.

Lambda's JSON log format takes level and timestamp from a line that is JSON already, and
CloudWatch takes the metrics out of it:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html.
The line holds ids, figures and fixed words, never what a client or a record says.
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

NAMESPACE = "UserApi"
MAX_BYTES = 700

# DynamoDB and Lambda publish their own latencies; these two they do not know per stage
_UNITS = {"durationMs": "Milliseconds", "capacity": "Count"}
_TRACE = re.compile(r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})")
_EXPENDABLE = ("userId", "traceId", "invocationId")  # left out, in this order, of a long line
_encode = JSONEncoder(separators=(",", ":")).encode


class Log:
    """Writes the lines of one process, from a level on (one of LEVELS' values)."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._cold = True

    def write(self, asked: Request, status: int, facts: Mapping[str, object]) -> None:
        """Write the line of one request; what is None is left out."""
        cold, self._cold = self._cold, False
        level = "ERROR" if status >= 500 else "WARNING" if status >= 400 else "INFO"
        if LEVELS[level] < self._level:
            return
        now = datetime.now(UTC)
        line: dict[str, object] = {
            "timestamp": rfc3339(now),
            "level": level,
            "message": "answered",
            "requestId": asked.request_id,
            "invocationId": asked.invocation_id,
            "traceId": _trace_id(),
            "route": asked.route,
            "stage": asked.stage,
            "userId": asked.user_id,
            "status": status,
            "coldStart": cold,
            **facts,
            "_aws": _metrics(now, facts),
        }
        if self._level > LEVELS["DEBUG"]:
            line["retries"] = None
        _print({name: value for name, value in line.items() if value is not None})


def _metrics(now: datetime, facts: Mapping[str, object]) -> dict[str, object]:
    metrics = [{"Name": name, "Unit": unit} for name, unit in _UNITS.items() if name in facts]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["stage"]], "Metrics": metrics}
    return {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [directive]}


def _print(line: dict[str, object]) -> None:
    text = _encode(line)
    for name in _EXPENDABLE:
        if len(text) < MAX_BYTES:  # the line feed is one more
            break
        line.pop(name, None)
        text = _encode(line)
    with suppress(OSError, ValueError):  # a closed output: the answer matters more
        # in one call: Lambda takes every write for a line of its own
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _trace_id() -> str | None:
    """The id that Lambda puts into the environment for each invocation it traces."""
    found = _TRACE.search(str(os.environ.get("_X_AMZN_TRACE_ID")))
    return found and found[1]
