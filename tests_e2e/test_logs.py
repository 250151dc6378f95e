"""The function's own log line of a request, found by the request id that the client got."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from contract.stages import LOG_LINE_BYTES
from tests_e2e import aws
from tests_e2e.aws import Users
from tests_e2e.client import Answer, Client
from tests_e2e.target import Target

LOCAL_PATIENCE_SECONDS = 5
PATIENCE_SECONDS = 60  # CloudWatch takes its time


def _lines(stage: Target, deployed: dict[str, str], answer: Answer) -> list[str]:
    """Every log event that holds the answer's request id; waits for the first."""
    patience = LOCAL_PATIENCE_SECONDS if stage.local else PATIENCE_SECONDS
    request_id = answer.header("x-request-id")
    end = time.monotonic() + patience
    while True:
        found = aws.client("logs").filter_log_events(
            logGroupName=deployed["FunctionLogGroup"],
            filterPattern=f'"{request_id}"',
            startTime=int((time.time() - patience - 60) * 1000),
        )
        lines = [event["message"] for event in found["events"]]
        if lines or time.monotonic() > end:
            return lines
        time.sleep(0.1)


def _line(stage: Target, deployed: dict[str, str], answer: Answer) -> dict[str, Any]:
    """The one log line of a request: JSON, and not too long."""
    lines = _lines(stage, deployed, answer)
    assert len(lines) == 1, f"{len(lines)} lines for one request: {lines}"
    assert len(lines[0].encode().strip()) <= LOG_LINE_BYTES
    line = json.loads(lines[0])
    assert isinstance(line, dict)
    return line


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize("route", ["/user/{}", "/user?userId={}"])
def test_every_request_writes_its_line(
    api: Client, users: Users, stage: Target, deployed: dict[str, str], route: str
) -> None:
    user = users.put({})
    answers = [api.get(route.format(asked)) for asked in (user, users.new_id(), "a.b")]
    answers.append(api.get(route.format(user), if_none_match="*"))
    lines = [_line(stage, deployed, answer) for answer in answers]
    assert [line["status"] for line in lines] == [200, 404, 400, 304]
    assert [line["level"] for line in lines] == ["INFO", "WARNING", "WARNING", "INFO"]
    codes = [None, "USER_NOT_FOUND", "INVALID_USER_ID", None]
    assert [line.get("errorCode") for line in lines] == codes
    assert [line["route"] for line in lines] == [
        f"GET {route.format('{userId}').split('?')[0]}"
    ] * 4
    for line, answer in zip(lines, answers, strict=True):
        assert line["requestId"] == answer.header("x-request-id")
        assert line["stage"] == stage.stage_name


@pytest.mark.promise("logs-hold-nothing-personal")
def test_nothing_personal_is_logged(
    api: Client, users: Users, stage: Target, deployed: dict[str, str]
) -> None:
    """A word that stands in every attribute, header and parameter stands in no log."""
    word = f"personal{uuid.uuid4().hex}"
    user = users.put(
        {
            word: {"S": word},
            "name": {"S": word},
            "list": {"L": [{"S": word}]},
            "map": {"M": {word: {"SS": [word]}}},
        }
    )
    headers = {
        "user-agent": word,
        "origin": f"https://{word}.example",
        "if-none-match": f'"{word}"',
        "cookie": f"session={word}",
        "referer": f"https://{word}.example/",
        "x-forwarded-for": "203.0.113.77",
        f"x-{word}": word,
    }
    answers = [
        api.send("GET", path, headers)
        for path in (f"/user/{user}?{word}={word}", f"/user/{word}.{word}", "/user/nobody")
    ]
    assert [answer.status for answer in answers] == [200, 400, 404]
    for answer in answers:
        text = json.dumps(_line(stage, deployed, answer))
        assert word not in text
        assert "203.0.113.77" not in text
    everything = aws.client("logs").filter_log_events(
        logGroupName=deployed["FunctionLogGroup"],
        filterPattern=f'"{word}"',
        startTime=int((time.time() - 300) * 1000),
    )
    assert everything["events"] == []
