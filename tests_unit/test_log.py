"""The log line: one for each request, small, joined to the answer, and nothing personal."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from lambda_function import log
from lambda_function.request import BY_PATH, Request
from tests_unit import checks, events, fake_table
from tests_unit.conftest import Put, handler_with, load_handler
from tests_unit.fake_table import FakeTable

error = fake_table.error  # the fixture has the name of the module
TRACE_ID = "1-5759e988-bd862e3fe1be46a994272793"
TRACE = f"Root={TRACE_ID};Parent=53995c3f42cd8ad8;Sampled=1"
CANARY = "CANARY7361"

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Read:
    """`lines()` are the lines written since the last call; each fits everything a line must."""
    capsys.readouterr()

    def read() -> list[dict[str, Any]]:
        out, err = capsys.readouterr()
        assert err == ""
        assert out == "" or out.endswith("\n")
        return [checks.log_line(line) for line in out.splitlines(keepends=True)]

    return read


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that Lambda sets for an invocation it traces."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)


@pytest.mark.promise("one-log-line")
@pytest.mark.usefixtures("traced")
def test_request_writes_one_line(put: Put, lines: Read) -> None:
    put()
    answer = checks.ask(load_handler(), events.by_path())
    (line,) = lines()
    age = datetime.now(UTC) - datetime.fromisoformat(line.pop("timestamp"))
    assert abs(age) < timedelta(seconds=5)
    assert 0 < line.pop("tableMs") <= line.pop("durationMs") < 5000
    assert line == {
        "level": "INFO",
        "requestId": answer["headers"]["X-Request-Id"],
        "amznRequestId": events.AMZN_REQUEST_ID,
        "invocationId": events.INVOCATION_ID,
        "traceId": TRACE_ID,
        "route": "GET /user/{userId}",
        "userId": "ada",
        "status": 200,
        "coldStart": True,
        "capacity": 0.5,
    }


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            events.by_query("nobody"),
            {"status": 404, "errorCode": "USER_NOT_FOUND"}
            | {"route": "GET /user", "userId": "nobody"},
        ),
        (
            events.by_path("not valid"),
            {"status": 400, "errorCode": "INVALID_USER_ID", "route": "GET /user/{userId}"},
        ),
        (events.by_path(httpMethod="PUT"), {"status": 404, "errorCode": "NOT_FOUND"}),
    ],
)
def test_client_error_is_warning_with_its_code(
    handler: Any, lines: Read, event: dict[str, Any], expected: dict[str, Any]
) -> None:
    checks.ask(handler, event)
    (line,) = lines()
    names = ("level", "status", "errorCode", "route", "userId", "message")
    assert {name: line[name] for name in names if name in line} == {"level": "WARN", **expected}


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize(
    ("fault", "message", "code"),
    [
        ("ResourceNotFoundException", "ResourceNotFoundException", "DATABASE_ERROR"),
        ("Bad code\n!", "an error without a name", "DATABASE_ERROR"),
        ("X" * 49, "an error without a name", "DATABASE_ERROR"),
        ("X" * 48, "X" * 48, "DATABASE_ERROR"),
        ("ThrottlingException", "ThrottlingException", "SERVICE_UNAVAILABLE"),
    ],
)
def test_table_error_is_logged_by_name(
    handler_on_fake: Any, fake_table: FakeTable, lines: Read, fault: str, message: str, code: str
) -> None:
    fake_table.behaviour = error(fault)
    checks.ask(handler_on_fake, events.by_path())
    (line,) = lines()
    assert (line["level"], line["message"], line["errorCode"]) == ("ERROR", message, code)
    assert line["tableMs"] >= 0


@pytest.mark.promise("one-log-line", "logs-hold-nothing-personal")
def test_unforeseen_error_is_logged_by_kind_and_place(
    handler: Any, put: Put, lines: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> str:
        raise KeyError(CANARY)

    put()
    monkeypatch.setattr(handler.conditional, "etag", fail)
    checks.ask(handler, events.by_path())
    (line,) = lines()
    place = f"KeyError in {__name__}:{fail.__code__.co_firstlineno + 1}"
    assert (line["status"], line["errorCode"]) == (500, "INTERNAL_ERROR")
    assert line["message"] == place
    assert CANARY not in str(line)


@pytest.mark.promise("one-log-line")
def test_first_request_of_process_alone_is_cold_start(dynamodb: Any, lines: Read) -> None:
    del dynamodb
    handler = load_handler(LOG_LEVEL="WARN")
    for _ in range(2):
        checks.ask(handler, events.by_path("nobody"))
    assert [line["coldStart"] for line in lines()] == [True, False]


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize("trace", [None, "", "Root=1-x-y", f"Root={CANARY};Sampled=0"])
def test_trace_id_is_left_out_without_trace(
    handler: Any, lines: Read, monkeypatch: pytest.MonkeyPatch, trace: str | None
) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    if trace is not None:
        monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    checks.ask(handler, {}, None)
    (line,) = lines()
    assert "traceId" not in line
    assert CANARY not in str(line)


@pytest.mark.promise("one-log-line", "logs-hold-nothing-personal")
@pytest.mark.parametrize("chosen", [CANARY, events.AMZN_REQUEST_ID + "0", 7, None])
def test_amzn_request_id_is_logged_only_as_uuid(handler: Any, lines: Read, chosen: object) -> None:
    """A client chooses it, by a header, and no header's text may get into the log."""
    context = {"requestId": chosen, "extendedRequestId": events.REQUEST_ID}
    checks.ask(handler, events.by_path(requestContext=context))
    (line,) = lines()
    assert "amznRequestId" not in line
    assert CANARY not in str(line)


@pytest.mark.promise("one-log-line")
@pytest.mark.usefixtures("traced")
def test_longest_user_id_fits(handler: Any, put: Put, lines: Read) -> None:
    put("u" * 128)
    checks.ask(handler, events.by_path("u" * 128))
    (line,) = lines()
    assert line["userId"] == "u" * 128
    assert line["traceId"] == TRACE_ID
    assert line["invocationId"] == events.INVOCATION_ID


def asked(length: int = 36, user_id: str | None = "u" * 20) -> Request:
    """A request with three ids of this length."""
    return Request("r" * length, "a" * length, "i" * length, BY_PATH, user_id, [], [])


EXPENDABLE = ["amznRequestId", "traceId", "invocationId", "userId"]


@pytest.mark.promise("one-log-line")
@pytest.mark.usefixtures("traced")
def test_long_line_loses_what_can_be_missed_in_order(lines: Read) -> None:
    """A byte more at a time: nothing goes before it must, and nothing else ever goes."""
    for length in range(271):
        log.Log("INFO").write(asked(), 200, {"message": "m" * length})
    written = lines()
    lost = [[name for name in EXPENDABLE if name not in line] for line in written]
    assert [lost[0], lost[-1]] == [[], EXPENDABLE]
    for before, after in pairwise(lost):
        assert after[: len(before)] == before
        assert len(after) - len(before) in (0, 1)
    assert all(line.keys() | EXPENDABLE == written[0].keys() for line in written)
    fullest = max(len(json.dumps(line, separators=(",", ":"))) for line in written)
    assert fullest == 449  # and a line feed


@pytest.mark.promise("one-log-line")
def test_long_line_may_lack_what_it_could_lose(
    lines: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    log.Log("INFO").write(asked(64, None), 200, {"message": "m" * 200})
    (line,) = lines()
    assert not set(EXPENDABLE) & set(line)


def test_times_are_in_milliseconds(handler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "perf_counter", lambda: 12.3456789)
    assert handler._milliseconds_since(2.0) == 10345.7


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize(
    ("level", "written"),
    [
        ("DEBUG", ["INFO", "WARN", "ERROR"]),
        ("INFO", ["INFO", "WARN", "ERROR"]),
        ("WARN", ["WARN", "ERROR"]),
        ("ERROR", ["ERROR"]),
    ],
)
def test_log_level_decides_what_is_written(
    fake_table: FakeTable, lines: Read, level: str, written: list[str]
) -> None:
    handler = handler_with(LOG_LEVEL=level, AWS_ENDPOINT_URL_DYNAMODB=fake_table.url)
    checks.ask(handler, events.by_path())
    checks.ask(handler, events.by_path("not valid"))
    fake_table.behaviour = error("ValidationException")
    checks.ask(handler, events.by_path())
    assert [line["level"] for line in lines()] == written


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize("faults", [0, 1])
def test_retries_are_logged_where_there_were_any(
    handler_on_fake: Any, fake_table: FakeTable, lines: Read, faults: int
) -> None:
    healthy = fake_table.behaviour
    fake_table.behaviour = lambda exchange: (
        error("ThrottlingException") if exchange.number <= faults else healthy
    )(exchange)
    checks.ask(handler_on_fake, events.by_path())
    (line,) = lines()
    assert line.get("retries") == (faults or None)


CANARY_RECORD: dict[str, dict[str, Any]] = {
    CANARY: {"S": CANARY},
    "deep": {"M": {CANARY: {"SS": [CANARY]}}},
}
CANARY_TABLES = {
    "answers": fake_table.record(**CANARY_RECORD),
    "knows-nobody": fake_table.answering({"ConsumedCapacity": {"TableName": CANARY}}),
    "breaks": fake_table.record(**CANARY_RECORD, x={CANARY: CANARY}),
    "refuses": fake_table.answering(
        {"__type": f"a#{CANARY} {CANARY}", "message": CANARY}, status=400
    ),
    "babbles": fake_table.answering(CANARY.encode()),
}


@pytest.mark.promise("logs-hold-nothing-personal")
@pytest.mark.parametrize("user_id", ["ada", f"{CANARY} "])
@pytest.mark.parametrize("table", CANARY_TABLES)
def test_nothing_of_record_or_request_is_logged(
    fake_table: FakeTable, capsys: pytest.CaptureFixture[str], user_id: str, table: str
) -> None:
    fake_table.behaviour = CANARY_TABLES[table]
    handler = handler_with(LOG_LEVEL="DEBUG", AWS_ENDPOINT_URL_DYNAMODB=fake_table.url)
    for event in full_of_canaries(user_id):
        checks.ask(handler, event)
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert CANARY not in out + err


def full_of_canaries(user_id: str) -> list[dict[str, Any]]:
    """Both routes' events with a canary in every header, parameter and free text."""
    headers = {
        name: f"{CANARY}-{name}"
        for name in ("Authorization", "Cookie", "Origin", "If-None-Match", "User-Agent", CANARY)
    } | {"X-Amzn-Trace-Id": f"Root=1-5759e988-{CANARY}", "x-amzn-RequestId": CANARY}
    free = {"path": f"/{CANARY}", "body": CANARY, "stageVariables": {CANARY: CANARY}}
    identity = {"sourceIp": CANARY, "userArn": CANARY, "cognitoIdentityId": CANARY}
    context: dict[str, Any] = {
        "requestId": CANARY,
        "extendedRequestId": events.REQUEST_ID,
        "stage": CANARY,
    }
    context |= {"path": CANARY, "authorizer": {CANARY: CANARY}, "domainName": CANARY}
    context |= {"identity": identity}
    return [
        events.with_headers(event, headers) | free | {"requestContext": context}
        for event in (
            events.by_path(user_id, queryStringParameters={"userId": CANARY, "q": CANARY}),
            events.by_query(user_id, pathParameters={"userId": CANARY, "p": CANARY}),
        )
    ]


@pytest.mark.promise("any-event-answered")
@pytest.mark.parametrize("closed", [True, False])
def test_output_that_cannot_be_written_costs_no_answer(
    handler: Any, put: Put, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    put()
    output = io.StringIO() if closed else Broken()
    if closed:
        output.close()
    monkeypatch.setattr(sys, "stdout", output)
    assert checks.ask(handler, events.by_path())["statusCode"] == 200


def test_line_is_written_at_once(handler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Output(io.StringIO):
        def __init__(self) -> None:
            super().__init__()
            self.calls: list[str] = []

        def write(self, text: str) -> int:
            self.calls.append(text)
            return len(text)

        def flush(self) -> None:
            self.calls.append("flush")

    output = Output()
    monkeypatch.setattr(sys, "stdout", output)
    checks.ask(handler, {}, None)
    line, flushed = output.calls
    assert flushed == "flush"
    assert re.fullmatch(r"\{[^\n]*\}\n", line)
    assert ", " not in line
