"""The log line: one for each request, small, joined to the answer, and nothing personal."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambda_function import log
from lambda_function.request import BY_PATH, Request
from tests_unit import checks, events, fake_table
from tests_unit.conftest import Item, handler_with, load_handler
from tests_unit.fake_table import FakeTable

error = fake_table.error  # the fixture has the name of the module
TRACE_ID = "1-5759e988-bd862e3fe1be46a994272793"
TRACE = f"Root={TRACE_ID};Parent=53995c3f42cd8ad8;Sampled=1"
CANARY = "CANARY7361"

Put = Callable[[Item], None]
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


@pytest.mark.promise("one-log-line")
def test_a_request_is_told_in_one_line(
    put: Put, lines: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    put({"userId": {"S": "ada"}})
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    handler = load_handler()
    answer = handler.lambda_handler(events.by_path("ada"), events.Context)
    (line,) = lines()
    assert line.pop("_aws")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(line.pop("timestamp"))) < timedelta(
        seconds=5
    )
    assert 0 < line["tableMs"] <= line["durationMs"] < 5000
    assert line == {
        "level": "INFO",
        "message": "answered",
        "requestId": answer["headers"]["X-Request-Id"],
        "invocationId": events.INVOCATION_ID,
        "traceId": TRACE_ID,
        "route": "GET /user/{userId}",
        "stage": events.STAGE,
        "userId": "ada",
        "status": 200,
        "coldStart": True,
        "tableMs": line["tableMs"],
        "capacity": 0.5,
        "durationMs": line["durationMs"],
    }


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            events.by_query("nobody"),
            {"status": 404, "level": "WARNING", "errorCode": "USER_NOT_FOUND"}
            | {"route": "GET /user", "userId": "nobody", "message": "answered"},
        ),
        (
            events.by_path("not valid"),
            {"status": 400, "level": "WARNING", "errorCode": "INVALID_USER_ID"}
            | {"route": "GET /user/{userId}", "message": "answered"},
        ),
        (
            events.by_path("ada", httpMethod="PUT"),
            {"status": 404, "level": "WARNING", "errorCode": "NOT_FOUND"},
        ),
    ],
)
def test_a_client_error_is_a_warning_with_its_code(
    handler: Any, lines: Read, event: dict[str, Any], expected: dict[str, Any]
) -> None:
    handler.lambda_handler(event, events.Context)
    (line,) = lines()
    assert {name: line.get(name) for name in expected} == expected
    assert ("userId" in line) == ("userId" in expected)
    assert ("route" in line) == ("route" in expected)


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
def test_a_table_error_is_told_by_its_name(
    handler_on_fake: Any, fake_table: FakeTable, lines: Read, fault: str, message: str, code: str
) -> None:
    fake_table.behaviour = error(fault)
    handler_on_fake.lambda_handler(events.by_path("ada"), events.Context)
    (line,) = lines()
    assert (line["level"], line["message"], line["errorCode"]) == ("ERROR", message, code)
    assert line["tableMs"] >= 0


@pytest.mark.promise("one-log-line", "logs-hold-nothing-personal")
def test_the_unforeseen_is_told_by_kind_and_place(
    handler: Any, put: Put, lines: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> str:
        raise KeyError(CANARY)

    put({"userId": {"S": "ada"}})
    monkeypatch.setattr(handler.conditional, "etag", fail)
    handler.lambda_handler(events.by_path("ada"), events.Context)
    (line,) = lines()
    place = f"KeyError in {__name__}:{fail.__code__.co_firstlineno + 1}"
    assert (line["status"], line["errorCode"]) == (500, "INTERNAL_ERROR")
    assert line["message"] == place
    assert CANARY not in str(line)


@pytest.mark.promise("metrics-in-log-line")
def test_the_line_carries_its_metrics(handler: Any, put: Put, lines: Read) -> None:
    put({"userId": {"S": "ada"}})
    handler.lambda_handler(events.by_path("ada"), events.Context)
    (line,) = lines()
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "UserApi",
        "Dimensions": [["stage"]],
        "Metrics": [
            {"Name": "durationMs", "Unit": "Milliseconds"},
            {"Name": "capacity", "Unit": "Count"},
        ],
    }
    written = datetime.fromisoformat(line["timestamp"]).timestamp()
    assert line["_aws"]["Timestamp"] == pytest.approx(written * 1000, abs=1)


@pytest.mark.promise("metrics-in-log-line")
def test_a_metric_without_a_value_is_not_declared(handler: Any, lines: Read) -> None:
    handler.lambda_handler(events.by_path("not valid"), events.Context)
    (line,) = lines()
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert [metric["Name"] for metric in directive["Metrics"]] == ["durationMs"]


@pytest.mark.promise("metrics-in-log-line")
@pytest.mark.parametrize("stage", [None, "", 7, "two words", "s" * 65])
def test_a_stage_that_cannot_be_a_dimension_is_unknown(
    handler: Any, lines: Read, stage: object
) -> None:
    handler.lambda_handler(events.by_path("ada", requestContext={"stage": stage}), None)
    (line,) = lines()
    assert line["stage"] == "unknown"


@pytest.mark.promise("one-log-line")
def test_only_the_first_request_of_a_process_is_a_cold_start(dynamodb: Any, lines: Read) -> None:
    del dynamodb
    handler = load_handler(LOG_LEVEL="WARNING")
    for _ in range(2):
        handler.lambda_handler(events.by_path("nobody"), events.Context)
    assert [line["coldStart"] for line in lines()] == [True, False]


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize("trace", [None, "", "Root=1-x-y", f"Root={CANARY};Sampled=0"])
def test_without_a_trace_there_is_no_trace_id(
    handler: Any, lines: Read, monkeypatch: pytest.MonkeyPatch, trace: str | None
) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    if trace is not None:
        monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    handler.lambda_handler({}, None)
    (line,) = lines()
    assert "traceId" not in line
    assert CANARY not in str(line)


@pytest.mark.promise("one-log-line")
def test_the_longest_id_fits(handler: Any, put: Put, lines: Read, monkeypatch: Any) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    put({"userId": {"S": "u" * 128}})
    handler.lambda_handler(events.by_path("u" * 128), events.Context)
    (line,) = lines()
    assert line["userId"] == "u" * 128
    assert line["traceId"] == TRACE_ID
    assert line["invocationId"] == events.INVOCATION_ID


@pytest.mark.promise("one-log-line")
def test_what_is_too_long_loses_what_can_be_missed(
    lines: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    asked = Request("r" * 64, "i" * 64, "s" * 64, BY_PATH, "u" * 128, [], [])
    facts = {"errorCode": "E" * 20, "message": "m" * 60, "tableMs": 12345.6, "durationMs": 12345.6}
    log.Log(10).write(asked, 503, facts)
    (line,) = lines()
    assert "userId" not in line
    assert line["requestId"] == "r" * 64
    assert line["message"] == "m" * 60


@pytest.mark.promise("one-log-line")
def test_a_line_has_at_most_700_bytes_and_drops_nothing_before(
    lines: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    asked = Request("r" * 36, "i" * 36, "s", BY_PATH, "u" * 128, [], [])
    for length in range(60, 260):
        log.Log(20).write(asked, 200, {"message": "m" * length})
    written = lines()
    kept = [line for line in written if "userId" in line]
    assert len(json.dumps(kept[-1], separators=(",", ":"))) == 699  # and a line feed
    assert written[: len(kept)] == kept
    assert all("invocationId" in line for line in written)


@pytest.mark.promise("one-log-line")
def test_a_line_may_lack_what_it_could_lose(lines: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    asked = Request("r" * 64, "i" * 64, "s" * 64, None, None, [], [])
    log.Log(20).write(asked, 200, {"message": "m" * 300})
    (line,) = lines()
    assert "invocationId" not in line


def test_times_are_in_milliseconds(handler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "perf_counter", lambda: 12.3456789)
    assert handler._milliseconds_since(2.0) == 10345.7


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize(
    ("level", "levels_written"),
    [
        ("DEBUG", ["INFO", "WARNING", "ERROR"]),
        ("INFO", ["INFO", "WARNING", "ERROR"]),
        ("WARNING", ["WARNING", "ERROR"]),
        ("ERROR", ["ERROR"]),
    ],
)
def test_the_log_level_decides_what_is_written(
    fake_table: FakeTable, lines: Read, level: str, levels_written: list[str]
) -> None:
    handler = handler_with(LOG_LEVEL=level, AWS_ENDPOINT_URL_DYNAMODB=fake_table.url)
    handler.lambda_handler(events.by_path("ada"), events.Context)
    handler.lambda_handler(events.by_path("not valid"), events.Context)
    fake_table.behaviour = error("ValidationException")
    handler.lambda_handler(events.by_path("ada"), events.Context)
    assert [line["level"] for line in lines()] == levels_written


@pytest.mark.promise("one-log-line")
@pytest.mark.parametrize(("level", "told"), [("DEBUG", True), ("INFO", False)])
def test_retries_are_told_when_debugging(
    fake_table: FakeTable, lines: Read, level: str, told: bool
) -> None:
    healthy = fake_table.behaviour
    handler = handler_with(LOG_LEVEL=level, AWS_ENDPOINT_URL_DYNAMODB=fake_table.url)
    fake_table.behaviour = lambda exchange: (
        error("ThrottlingException") if exchange.number == 1 else healthy
    )(exchange)
    handler.lambda_handler(events.by_path("ada"), events.Context)
    (line,) = lines()
    assert line.get("retries") == (1 if told else None)


CANARY_RECORD = {CANARY: {"S": CANARY}, "deep": {"M": {CANARY: {"SS": [CANARY]}}}}
CANARY_TABLES = {
    "answers": fake_table.record(CANARY_RECORD),
    "knows-nobody": fake_table.answering({"ConsumedCapacity": {"TableName": CANARY}}),
    "breaks": fake_table.record({**CANARY_RECORD, "x": {CANARY: CANARY}}),
    "refuses": fake_table.answering(
        {"__type": f"a#{CANARY} {CANARY}", "message": CANARY}, status=400
    ),
    "babbles": fake_table.answering(CANARY.encode()),
}


@pytest.mark.promise("logs-hold-nothing-personal")
@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
@pytest.mark.parametrize("user_id", ["ada", f"{CANARY} "])
@pytest.mark.parametrize("table", CANARY_TABLES)
def test_no_value_of_a_record_or_a_request_is_written(
    fake_table: FakeTable,
    capsys: pytest.CaptureFixture[str],
    level: str,
    user_id: str,
    table: str,
) -> None:
    fake_table.behaviour = CANARY_TABLES[table]
    handler = handler_with(LOG_LEVEL=level, AWS_ENDPOINT_URL_DYNAMODB=fake_table.url)
    for event in full_of_canaries(user_id):
        handler.lambda_handler(event, events.Context)
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert CANARY not in out + err


def full_of_canaries(user_id: str) -> list[dict[str, Any]]:
    """Both routes' events with a canary in every header, parameter and free text."""
    headers = {
        name: f"{CANARY}-{name}"
        for name in ("Authorization", "Cookie", "Origin", "If-None-Match", "User-Agent", CANARY)
    } | {"X-Amzn-Trace-Id": f"Root=1-5759e988-{CANARY}"}
    free = {"path": f"/{CANARY}", "body": CANARY, "stageVariables": {CANARY: CANARY}}
    identity = {"sourceIp": CANARY, "userArn": CANARY, "cognitoIdentityId": CANARY}
    context = {"requestId": events.REQUEST_ID, "stage": "prod", "identity": identity}
    context |= {"path": CANARY, "authorizer": {CANARY: CANARY}, "domainName": CANARY}
    return [
        events.with_headers(event, headers) | free | {"requestContext": context}
        for event in (
            events.by_path(user_id, queryStringParameters={"userId": CANARY, "q": CANARY}),
            events.by_query(user_id, pathParameters={"userId": CANARY, "p": CANARY}),
        )
    ]


@pytest.mark.promise("any-event-answered")
@pytest.mark.parametrize("closed", [True, False])
def test_an_output_that_cannot_be_written_costs_no_answer(
    handler: Any, put: Put, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    put({"userId": {"S": "ada"}})
    output = io.StringIO() if closed else Broken()
    if closed:
        output.close()
    monkeypatch.setattr(sys, "stdout", output)
    assert handler.lambda_handler(events.by_path("ada"), events.Context)["statusCode"] == 200


def test_a_line_is_written_at_once(handler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
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
    handler.lambda_handler({}, None)
    line, flushed = output.calls
    assert flushed == "flush"
    assert re.fullmatch(r"\{[^\n]*\}\n", line)
    assert ", " not in line
