"""Faults of the logs: the line of a request, what it shows, and how long it is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from contract.stages import LOG_LINE_BYTES
from tests_e2e.proxy import Behaviour, Forward, Request, Response
from tools.local_stage import RunningStage
from tools.proof.stage.edits import aws, of_stage
from tools.proof.stage.fault import Change, Clients, Fault, Undo

FILTER_LOG_EVENTS = "Logs_20140328.FilterLogEvents"
LONGEST_RETENTION_DAYS = 3653  # 10 years, the longest that CloudWatch Logs offers

one_log_line = partial(Fault, "one-log-line", stage="staging")
logs_hold_nothing_personal = partial(Fault, "logs-hold-nothing-personal", stage="staging")
logs_kept = partial(Fault, "logs-expire")


def _lines(message: Callable[[str], str]) -> Behaviour:
    """Give every log event another message."""

    def change(body: bytes) -> bytes:
        content = json.loads(body)
        for event in content["events"]:
            event["message"] = message(event["message"])
        return json.dumps(content).encode()

    return aws(FILTER_LOG_EVENTS, change)


def _logs(found: Callable[[Request, Response], str | None]) -> Behaviour:
    """Log what was last found in a request or its answer."""
    seen: list[str] = []

    def line(message: str) -> str:
        return message.replace("{", f'{{"seen":"{seen[-1]}",', 1) if seen else message

    lines = _lines(line)

    def behaviour(request: Request, forward: Forward) -> Response:
        response = lines(request, forward)
        if of_stage(request):
            seen.extend(filter(None, [found(request, response)]))
        return response

    return behaviour


def _personal_name(_: Request, response: Response) -> str | None:
    """The name in the record, if it is the one that no log may hold."""
    name = re.search(rb'"name":"(personal[^"]*)"', response.body)
    return name[1].decode() if name else None


def retention(output: str, days: int | None) -> Change:
    """Keep the log group of that output for so many days; None: without end."""

    def change(clients: Clients, running: RunningStage) -> Undo:
        logs, group = clients("logs"), running.outputs[output]
        before = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
        _keep(logs, group, days)
        return lambda: _keep(logs, group, before.get("retentionInDays"))

    return change


def _keep(logs: Any, group: str, days: int | None) -> None:
    if days is None:
        logs.delete_retention_policy(logGroupName=group)
    else:
        logs.put_retention_policy(logGroupName=group, retentionInDays=days)


FAULTS = (
    one_log_line(
        "nothing-logged",
        "A request writes no line.",
        aws(FILTER_LOG_EVENTS, lambda _: b'{"events":[]}'),
    ),
    one_log_line(
        "log-not-json", "The line is text, not JSON.", _lines(lambda message: f"INFO {message}")
    ),
    one_log_line(
        "log-too-long",
        "The line is longer than promised.",
        _lines(lambda message: message.replace("{", "{" + " " * LOG_LINE_BYTES, 1)),
    ),
    logs_hold_nothing_personal(
        "record-logged", "The line holds an attribute of the record.", _logs(_personal_name)
    ),
    logs_hold_nothing_personal(
        "header-logged",
        "The line holds a header of the request.",
        _logs(lambda request, _: request.header("user-agent")),
    ),
    logs_kept(
        "access-log-kept-longer",
        "The access log is kept longer than promised.",
        change=retention("AccessLogGroup", LONGEST_RETENTION_DAYS),
    ),
    logs_kept(
        "function-log-kept-without-end",
        "The function's log never expires.",
        change=retention("FunctionLogGroup", None),
    ),
)
