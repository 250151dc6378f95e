"""The log line that the function writes for a request, found by the request id in the answer."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from contract.stages import LOG_LINE_BYTES
from tests_e2e import aws
from tests_e2e.client import Answer, Client
from tests_e2e.users import Users, new_id

LOCAL_PATIENCE_SECONDS = 5
PATIENCE_SECONDS = 60  # CloudWatch shows a line after some seconds


def _lines(deployed: dict[str, str], answer: Answer) -> list[str]:
    """Every log event that holds the answer's request id; waits for the first."""
    patience = LOCAL_PATIENCE_SECONDS if answer.stage.local else PATIENCE_SECONDS
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


def _line(deployed: dict[str, str], answer: Answer) -> dict[str, Any]:
    """The one log line of a request: JSON, and not too long."""
    lines = _lines(deployed, answer)
    assert len(lines) == 1, f"{len(lines)} lines for one request: {lines}"
    assert len(lines[0].encode().strip()) <= LOG_LINE_BYTES
    line = json.loads(lines[0])
    assert isinstance(line, dict)
    return line


@pytest.mark.promise("one-log-line")
def test_every_request_writes_one_line(
    api: Client, users: Users, deployed: dict[str, str], route: str
) -> None:
    user = users.put()
    answers = [api.get(route.format(user_id)) for user_id in (user.id, new_id(), "a.b")]
    answers.append(api.get(route.format(user.id), if_none_match="*"))
    lines = [_line(deployed, answer) for answer in answers]
    assert [line["status"] for line in lines] == [200, 404, 400, 304]
    assert [line["level"] for line in lines] == ["INFO", "WARN", "WARN", "INFO"]
    codes = [None, "USER_NOT_FOUND", "INVALID_USER_ID", None]
    assert [line.get("errorCode") for line in lines] == codes
    assert [line["route"] for line in lines] == [
        f"GET {route.format('{userId}').split('?')[0]}"
    ] * 4
    for line, answer in zip(lines, answers, strict=True):
        assert line["requestId"] == answer.header("x-request-id")


@pytest.mark.promise("logs-hold-nothing-personal")
def test_nothing_personal_is_logged(api: Client, users: Users, deployed: dict[str, str]) -> None:
    """No log holds a word that is in every attribute, header and parameter."""
    word = f"personal{uuid.uuid4().hex}"
    user = users.put(
        name={"S": word},
        list={"L": [{"S": word}]},
        map={"M": {word: {"SS": [word]}}},
        **{word: {"S": word}},
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
        for path in (f"/user/{user.id}?{word}={word}", f"/user/{word}.{word}", "/user/nobody")
    ]
    assert [answer.status for answer in answers] == [200, 400, 404]
    for answer in answers:
        text = json.dumps(_line(deployed, answer))
        assert word not in text
        assert "203.0.113.77" not in text
    everything = aws.client("logs").filter_log_events(
        logGroupName=deployed["FunctionLogGroup"],
        filterPattern=f'"{word}"',
        startTime=int((time.time() - 300) * 1000),
    )
    assert everything["events"] == []
