"""The function's log, from CloudWatch Logs: new lines for a reader, or the line of one request."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tools.local_stage.clients import Clients

OF_LAMBDA = re.compile(r"(START|END|REPORT) RequestId: |INIT_START ")
OVERLAP_MS = 2000  # lines of requests that ended together may come out of order
WRITTEN_WITHIN = 2.0

Event = tuple[int, str, str]  # milliseconds, log stream, message


class FunctionLog:
    """The log group of one function, read from now on."""

    def __init__(self, clients: Clients, group: str) -> None:
        self._clients = clients
        self._group = group
        self._since = int(time.time() * 1000)
        self._shown: set[Event] = set()

    def new_lines(self) -> list[str]:
        """Return what the function wrote since the last call, each request in one line."""
        events = sorted(self._events(startTime=self._since))
        fresh = [event for event in events if event not in self._shown]
        if events:
            self._since = max(self._since, events[-1][0] - OVERLAP_MS)
        self._shown = {event for event in events if event[0] >= self._since}
        return [line for _, _, message in fresh if (line := readable(message))]

    def of_request(self, request_id: str) -> str | None:
        """Return the line that a request wrote, or None when it writes none in two seconds."""
        deadline = time.monotonic() + WRITTEN_WITHIN
        while time.monotonic() < deadline:
            for _, _, message in self._events(filterPattern=f'"{request_id}"'):
                if not OF_LAMBDA.match(message):
                    return message
            time.sleep(0.05)
        return None

    def _events(self, **which: Any) -> Iterator[Event]:
        pages = self._clients.of("logs").get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=self._group, **which):
            for event in page["events"]:
                yield event["timestamp"], event["logStreamName"], event["message"]


def readable(message: str) -> str | None:
    """Return time, status, route, duration, user and error code of a request's line.

    Whatever else the function printed stays as it is. None for what Lambda writes, and for the
    trial of a new version, which no gateway passed on.
    """
    if OF_LAMBDA.match(message):
        return None
    try:
        entry = json.loads(message)
        wrote = datetime.fromisoformat(entry["timestamp"]).astimezone()
        status, duration = entry["status"], entry["durationMs"]
    except (ValueError, LookupError, TypeError):
        return message.rstrip()
    if entry.get("invocationId") == entry.get("requestId"):
        return None
    parts = (
        f"{wrote:%H:%M:%S}  {status}  {entry.get('route', '(no route)'):<18}  {duration:>7} ms",
        entry.get("userId"),
        entry.get("errorCode"),
        entry.get("message"),
        "cold start" if entry.get("coldStart") else None,
    )
    return "  ".join(filter(None, parts))
