"""A table that fails, over a real socket: the contract's answer in time, and none the worse after.

All faults run at once, each for a user of its name, so that the module takes as long as the
slowest of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import pytest

from tests_unit import checks, events, fake_table
from tests_unit.conftest import TABLE_NAME, handler_with
from tests_unit.fake_table import Behaviour, Exchange, FakeTable

HTML = b"<html><body>502 from a proxy</body></html>"
NEST = b'{"L":[' * 5000 + b"]}" * 5000
CAPACITY = {"TableName": "users", "CapacityUnits": 0.5}


def raw(body: bytes) -> Behaviour:
    """Answers with this body; %s in it is the user asked for."""
    return lambda exchange: fake_table.answering(body.replace(b"%s", exchange.user_id.encode()))(
        exchange
    )


IN_MAIN_THREAD = "drips-in-main-thread"  # where Lambda calls; the other faults use threads
UNAVAILABLE: dict[str, Behaviour] = {
    "hangs": fake_table.hanging,
    "drips": fake_table.dripping,
    IN_MAIN_THREAD: fake_table.dripping,
    "resets": fake_table.resetting,
    "closes-half-way": fake_table.closing_half_way,
    "speaks-ssh": lambda exchange: exchange.connection.sendall(b"SSH-2.0-OpenSSH_9\r\n"),
    "throttles": fake_table.error("ProvisionedThroughputExceededException"),
    "throttles-account": fake_table.error("RequestLimitExceeded"),
    "throttles-api": fake_table.error("ThrottlingException"),
    "throttles-by-status": fake_table.answering(b"", status=429),
    "answers-503": fake_table.error("ServiceUnavailable", status=503),
    "answers-502-html": fake_table.answering(HTML, status=502, kind="text/html"),
    "answers-504-html": fake_table.answering(HTML, status=504, kind="text/html"),
}
BROKEN: dict[str, Behaviour] = {
    "answers-500": fake_table.error("InternalServerError", status=500),
    "answers-500-html": fake_table.answering(HTML, status=500, kind="text/html"),
    "denies-access": fake_table.error("AccessDeniedException"),
    "is-missing": fake_table.error("ResourceNotFoundException"),
    "refuses-key": fake_table.error("ValidationException"),
    "answers-404": fake_table.answering(b"", status=404),
    "redirects": fake_table.answering(b"", status=301),
    "answers-html": fake_table.answering(HTML),
    "answers-nothing": fake_table.answering(b""),
    "answers-null": fake_table.answering(b"null"),
    "answers-a-list": fake_table.answering([]),
    "answers-empty-object": fake_table.answering({}),
    "answers-broken-json": fake_table.answering(b'{"Item": {"userId": {"S": "a'),
    "answers-a-number": fake_table.answering({"Item": 7, "ConsumedCapacity": CAPACITY}),
    "answers-empty-record": fake_table.answering({"Item": {}, "ConsumedCapacity": CAPACITY}),
    "answers-other-record": fake_table.record({"userId": {"S": "eve"}}),
    "answers-new-type": fake_table.record({"x": {"Z": "1"}}),
    "answers-no-type": fake_table.record({"x": {}}),
    "answers-two-types": fake_table.record({"x": {"S": "1", "N": "1"}}),
    "answers-bad-boolean": fake_table.record({"x": {"BOOL": "yes"}}),
    "answers-bad-number": fake_table.record({"x": {"N": "NaN"}}),
    "answers-bare-number": fake_table.record({"x": {"N": 1}}),
    "answers-endless-nest": raw(b'{"Item":{"userId":{"S":"%s"},"x":' + NEST + b"}}"),
    "answers-no-capacity": raw(
        b'{"ConsumedCapacity":{"CapacityUnits":NaN},"Item":{"userId":{"S":"%s"}}}'
    ),
}
FAULTS = UNAVAILABLE | BROKEN


@dataclass(frozen=True)
class Outcome:
    """The answer under a fault, how long it took (s), and the answer after it."""

    answer: dict[str, Any]
    seconds: float
    after: dict[str, Any]


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[str, Outcome]]:
    """What came of each fault, by its name."""
    with FakeTable() as server, ThreadPoolExecutor(len(FAULTS)) as pool:
        handler = handler_with(AWS_ENDPOINT_URL_DYNAMODB=server.url)
        gone: set[str] = set()

        def behave(exchange: Exchange) -> None:
            healthy = exchange.user_id in gone
            (fake_table.record() if healthy else FAULTS[exchange.user_id])(exchange)

        def suffer(fault: str) -> Outcome:
            started = perf_counter()
            answer = handler.lambda_handler(events.by_path(fault), events.Context)
            seconds = perf_counter() - started
            gone.add(fault)
            after = handler.lambda_handler(events.by_path(fault), events.Context)
            return Outcome(answer, seconds, after)

        server.behaviour = behave
        others = [fault for fault in FAULTS if fault != IN_MAIN_THREAD]
        found = pool.map(suffer, others)
        yield {IN_MAIN_THREAD: suffer(IN_MAIN_THREAD)} | dict(zip(others, found, strict=True))


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize("fault", UNAVAILABLE)
def test_a_table_that_cannot_serve_now_is_503(outcomes: dict[str, Outcome], fault: str) -> None:
    outcome = outcomes[fault]
    assert outcome.answer["statusCode"] == 503
    assert checks.error_code(outcome.answer) == "SERVICE_UNAVAILABLE"
    assert outcome.answer["headers"]["Retry-After"] == "2"
    assert outcome.seconds < 7


@pytest.mark.promise("table-error-500")
@pytest.mark.parametrize("fault", BROKEN)
def test_any_other_table_error_is_500(outcomes: dict[str, Outcome], fault: str) -> None:
    outcome = outcomes[fault]
    assert outcome.answer["statusCode"] == 500
    assert checks.error_code(outcome.answer) == "DATABASE_ERROR"
    assert outcome.seconds < 7


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_request_after_the_fault_succeeds(
    outcomes: dict[str, Outcome], fault: str
) -> None:
    after = outcomes[fault].after
    checks.fits_contract(after)
    assert after["statusCode"] == 200
    assert checks.body(after)["data"] == {"userId": fault}


@pytest.mark.promise("nothing-internal-shown")
@pytest.mark.parametrize("fault", FAULTS)
def test_an_error_tells_nothing_of_the_table(outcomes: dict[str, Outcome], fault: str) -> None:
    text = json.dumps(outcomes[fault].answer)
    for secret in (TABLE_NAME, "arn:", "Exception", "Traceback", "dynamodb", "127.0.0.1", "proxy"):
        assert secret.lower() not in text.lower()


@pytest.mark.promise("table-unavailable-503")
def test_a_table_that_nobody_serves_is_503() -> None:
    with FakeTable() as server:
        url = server.url
    handler = handler_with(AWS_ENDPOINT_URL_DYNAMODB=url)
    answer = handler.lambda_handler(events.by_path("ada"), events.Context)
    assert checks.error_code(answer) == "SERVICE_UNAVAILABLE"


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize("fault", ["resets", "throttles", "answers-500"])
def test_a_second_attempt_hides_a_short_fault(
    handler_on_fake: Any, fake_table: FakeTable, fault: str
) -> None:
    healthy = fake_table.behaviour
    fake_table.behaviour = lambda exchange: (FAULTS[fault] if exchange.number == 1 else healthy)(
        exchange
    )
    answer = handler_on_fake.lambda_handler(events.by_path("ada"), events.Context)
    assert answer["statusCode"] == 200
    assert len(fake_table.requests) == 2


def test_there_is_no_third_attempt(handler_on_fake: Any, fake_table: FakeTable) -> None:
    fake_table.behaviour = FAULTS["resets"]
    handler_on_fake.lambda_handler(events.by_path("ada"), events.Context)
    assert len(fake_table.requests) == 2


def test_the_read_is_consistent_and_asks_for_its_cost(
    handler_on_fake: Any, fake_table: FakeTable
) -> None:
    handler_on_fake.lambda_handler(events.by_query("grace"), events.Context)
    assert fake_table.requests == [
        {
            "TableName": TABLE_NAME,
            "Key": {"userId": {"S": "grace"}},
            "ConsistentRead": True,
            "ReturnConsumedCapacity": "TOTAL",
        }
    ]
