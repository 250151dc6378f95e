"""One JSON line per request on standard output, metrics included.

Lambda's JSON log format passes the line through; CloudWatch takes the metrics out of it:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html.
The line holds ids, figures and fixed words, never what a client or a record says.
"""

import os
import re
import sys
from collections.abc import Mapping
from json import JSONEncoder
from time import time

from lambda_function.request import Request
from lambda_function.settings import LEVELS

NAMESPACE = "UserApi"
_UNITS = {"durationMs": "Milliseconds", "tableMs": "Milliseconds", "capacity": "Count"}
_TRACE = re.compile(r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})")
_encode = JSONEncoder(separators=(",", ":")).encode


class Log:
    """Writes the lines of one process, from a level on (one of LEVELS' values)."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._cold = True

    def write(self, asked: Request, status: int, facts: Mapping[str, object]) -> None:
        """Write the line of one request; facts of value None are left out."""
        cold, self._cold = self._cold, False
        level = "ERROR" if status >= 500 else "WARNING" if status >= 400 else "INFO"
        if LEVELS[level] < self._level:
            return
        line = {
            "level": level,
            "message": facts.get("cause") or "answered",
            "requestId": asked.request_id,
            "invocationId": asked.invocation_id,
            "traceId": _trace_id(),
            "route": asked.route,
            "stage": asked.stage,
            "userId": asked.user_id,
            "status": status,
            "coldStart": cold,
            **facts,
        }
        known = {name: value for name, value in line.items() if value is not None}
        # one call: Lambda takes every write for a line of its own
        sys.stdout.write(_encode({**known, "_aws": _metrics(known)}) + "\n")
        sys.stdout.flush()


def _metrics(line: Mapping[str, object]) -> dict[str, object]:
    metrics = [{"Name": name, "Unit": unit} for name, unit in _UNITS.items() if name in line]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["stage"]], "Metrics": metrics}
    return {"Timestamp": int(time() * 1000), "CloudWatchMetrics": [directive]}


def _trace_id() -> str | None:
    """The id that Lambda puts into the environment for each invocation it traces."""
    found = _TRACE.search(os.environ.get("_X_AMZN_TRACE_ID", ""))
    return found and found[1]
