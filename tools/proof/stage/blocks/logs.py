"""Behaviours that change what the function's log shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from contract.stages import LOG_LINE_BYTES
from tests_e2e.proxy import Behaviour, Forward, Request, Response
from tools.proof.stage.blocks.edits import edits, of_stage, without
from tools.proof.stage.fault import block


def _log_events(message: Callable[[str], str | None]) -> Behaviour:
    """Give every log event another message; None leaves the event out."""

    def change(_: Request, response: Response) -> Response:
        content = json.loads(response.body)
        shown = [event | {"message": message(event["message"])} for event in content["events"]]
        content["events"] = [event for event in shown if event["message"] is not None]
        headers = without(response.headers, "x-amz-crc32")
        return replace(response, headers=headers, body=json.dumps(content).encode())

    operation = "Logs_20140328.FilterLogEvents"
    return edits(change, lambda request, _: request.header("x-amz-target") == operation)


@block("behaviour")
def nothing_logged() -> Behaviour:
    """Find no log event."""
    return _log_events(lambda _: None)


@block("behaviour")
def log_prefix(text: str) -> Behaviour:
    """Begin each line with a text."""
    return _log_events(lambda message: f"{text}{message}")


@block("behaviour")
def log_too_long() -> Behaviour:
    """Make each line longer than promised."""
    return _log_events(lambda message: message.replace("{", "{" + " " * LOG_LINE_BYTES, 1))


@block("behaviour")
def logs_record() -> Behaviour:
    """Log the name in a record, if it is the one that no log may hold."""

    def name(_: Request, response: Response) -> str | None:
        found = re.search(rb'"name":"(personal[^"]*)"', response.body)
        return found[1].decode() if found else None

    return _logs(name)


@block("behaviour")
def logs_header(name: str) -> Behaviour:
    """Log a header of the request."""
    return _logs(lambda request, _: request.header(name))


def _logs(found: Callable[[Request, Response], str | None]) -> Behaviour:
    """Log what was last found in a request or its answer."""
    seen: list[str] = []

    def line(message: str) -> str:
        return message.replace("{", f'{{"seen":"{seen[-1]}",', 1) if seen else message

    lines = _log_events(line)

    def behaviour(request: Request, forward: Forward) -> Response:
        response = lines(request, forward)
        if of_stage(request):
            seen.extend(filter(None, [found(request, response)]))
        return response

    return behaviour
