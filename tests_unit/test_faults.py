"""A table that fails, over a real socket: the contract's answer in time, and a sound next one.

Faults run side by side, each for a user of its name, so that a test waits for the slowest only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any

import pytest

from contract import users
from contract.stages import SLOWEST_ANSWER_SECONDS
from tests_unit import checks, events, fake_table
from tests_unit.conftest import TABLE_NAME, handler_with
from tests_unit.fake_table import CAPACITY, Behaviour, Exchange, FakeTable

HTML = b"<html><body>502 from a proxy</body></html>"
NEST = b'{"L":[' * 5000 + b"]}" * 5000


def raw(body: bytes) -> Behaviour:
    """Answers with this body, in which %s is the user who is asked for."""
    return lambda exchange: fake_table.answering(body.replace(b"%s", exchange.user_id.encode()))(
        exchange
    )


SLOW: dict[str, Behaviour] = {  # each takes both attempts' whole read timeout
    "hangs": fake_table.hanging,
    "stalls": fake_table.stalling,
}
UNAVAILABLE: dict[str, Behaviour] = {
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
    "answers-other-record": fake_table.record(userId={"S": "eve"}),
    "answers-new-type": fake_table.record(x={"Z": "1"}),
    "answers-no-type": fake_table.record(x={}),
    "answers-two-types": fake_table.record(x={"S": "1", "N": "1"}),
    "answers-bad-boolean": fake_table.record(x={"BOOL": "yes"}),
    "answers-bad-number": fake_table.record(x={"N": "NaN"}),
    "answers-bare-number": fake_table.record(x={"N": 1}),
    "answers-endless-nest": raw(b'{"Item":{"userId":{"S":"%s"},"x":' + NEST + b"}}"),
    "answers-no-capacity": raw(
        b'{"ConsumedCapacity":{"CapacityUnits":NaN},"Item":{"userId":{"S":"%s"}}}'
    ),
}
QUICK = UNAVAILABLE | BROKEN


@dataclass(frozen=True)
class Outcome:
    """The answer under a fault, how long it took (s), and the answer after it."""

    answer: dict[str, Any]
    seconds: float
    after: dict[str, Any]


Outcomes = Callable[[str], Outcome]


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Outcomes]:
    """`outcomes(fault)` is what came of a fault; the slow ones start when one is asked for."""
    with FakeTable() as server, ThreadPoolExecutor(len(QUICK)) as pool:
        handler = handler_with(AWS_ENDPOINT_URL_DYNAMODB=server.url)
        gone: set[str] = set()

        def behave(exchange: Exchange) -> None:
            fault = (SLOW | QUICK)[exchange.user_id]
            (fake_table.record() if exchange.user_id in gone else fault)(exchange)

        def suffer(fault: str) -> Outcome:
            started = perf_counter()
            answer = handler.lambda_handler(events.by_path(fault), events.Context)
            seconds = perf_counter() - started
            gone.add(fault)
            after = handler.lambda_handler(events.by_path(fault), events.Context)
            return Outcome(answer, seconds, after)

        @cache
        def suffered(*, slow: bool) -> dict[str, Outcome]:
            faults = SLOW if slow else QUICK
            return dict(zip(faults, pool.map(suffer, faults), strict=True))

        server.behaviour = behave
        yield lambda fault: suffered(slow=fault in SLOW)[fault]


def is_told_in_time(outcome: Outcome, status: int, code: str) -> None:
    """The fault is answered as the contract says, before the client's own limits are over."""
    checks.fits_contract(outcome.answer)
    assert checks.error(outcome.answer) == (status, code)
    assert outcome.answer["headers"].get("Retry-After") == ("2" if status == 503 else None)
    assert outcome.seconds < SLOWEST_ANSWER_SECONDS


def is_over(outcome: Outcome, fault: str) -> None:
    """The next request is answered with the record."""
    checks.fits_contract(outcome.after)
    assert checks.data(outcome.after) == users.data(fault)


def shows_nothing_internal(outcome: Outcome) -> None:
    """The answer names neither the table nor what serves it."""
    text = json.dumps(outcome.answer).lower()
    for secret in (TABLE_NAME, "arn:", "Exception", "Traceback", "dynamodb", "127.0.0.1", "proxy"):
        assert secret.lower() not in text


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize("fault", UNAVAILABLE)
def test_unavailable_table_is_503(outcomes: Outcomes, fault: str) -> None:
    is_told_in_time(outcomes(fault), 503, "SERVICE_UNAVAILABLE")


@pytest.mark.promise("table-error-500")
@pytest.mark.parametrize("fault", BROKEN)
def test_any_other_table_error_is_500(outcomes: Outcomes, fault: str) -> None:
    is_told_in_time(outcomes(fault), 500, "DATABASE_ERROR")


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize("fault", QUICK)
def test_request_after_fault_succeeds(outcomes: Outcomes, fault: str) -> None:
    is_over(outcomes(fault), fault)


@pytest.mark.promise("nothing-internal-shown")
@pytest.mark.parametrize("fault", QUICK)
def test_error_shows_nothing_of_table(outcomes: Outcomes, fault: str) -> None:
    shows_nothing_internal(outcomes(fault))


@pytest.mark.promise("table-unavailable-503")
def test_table_that_nobody_serves_is_503() -> None:
    with FakeTable() as server:
        url = server.url
    handler = handler_with(AWS_ENDPOINT_URL_DYNAMODB=url)
    answer = checks.ask(handler, events.by_path())
    assert checks.error(answer) == (503, "SERVICE_UNAVAILABLE")


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize("fault", ["resets", "throttles", "answers-500"])
def test_second_attempt_hides_short_fault(
    handler_on_fake: Any, fake_table: FakeTable, fault: str
) -> None:
    healthy = fake_table.behaviour
    fake_table.behaviour = lambda exchange: (QUICK[fault] if exchange.number == 1 else healthy)(
        exchange
    )
    assert checks.data(checks.ask(handler_on_fake, events.by_path())) == users.data()
    assert len(fake_table.requests) == 2


def test_third_attempt_is_not_made(handler_on_fake: Any, fake_table: FakeTable) -> None:
    fake_table.behaviour = QUICK["resets"]
    checks.ask(handler_on_fake, events.by_path())
    assert len(fake_table.requests) == 2


def test_read_is_consistent_and_asks_for_its_cost(
    handler_on_fake: Any, fake_table: FakeTable
) -> None:
    checks.ask(handler_on_fake, events.by_query("grace"))
    assert fake_table.requests == [
        {
            "TableName": TABLE_NAME,
            "Key": {"userId": {"S": "grace"}},
            "ConsistentRead": True,
            "ReturnConsumedCapacity": "TOTAL",
        }
    ]


@pytest.mark.promise("table-unavailable-503", "nothing-internal-shown")
@pytest.mark.parametrize("fault", SLOW)
def test_slow_table_is_503_in_time(outcomes: Outcomes, fault: str) -> None:
    """The last of the module, because it waits for seconds."""
    outcome = outcomes(fault)
    is_told_in_time(outcome, 503, "SERVICE_UNAVAILABLE")
    is_over(outcome, fault)
    shows_nothing_internal(outcome)
