"""Every row of the contract's table that the function answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contract import users
from contract.answers import MESSAGES
from contract.routes import READS
from lambda_function import answers
from tests_unit import checks, events
from tests_unit.conftest import TABLE_NAME, Put, handler_with
from tests_unit.events import Event

ROUTES = pytest.mark.parametrize(
    "asked", [events.asking(route) for route in READS], ids=[route.address for route in READS]
)
Asked = Callable[..., Event]
OWN_HEADERS = {
    "Content-Type": "application/json",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": events.REQUEST_ID,
    "Vary": "Origin",
}


@pytest.mark.promise("record-returned", "query-route-same", "json-nosniff")
@ROUTES
def test_known_user_is_answered_with_record(handler: Any, put: Put, asked: Asked) -> None:
    put("ada", name={"S": "Ada Lovelace"})
    put("grace", name={"S": "Grace Hopper"})
    answer = checks.ask(handler, asked("ada"))
    assert checks.data(answer) == users.data("ada", name="Ada Lovelace")
    caching = {"ETag": answer["headers"]["ETag"], "Cache-Control": "private, no-cache"}
    assert answer["headers"] == OWN_HEADERS | caching


@pytest.mark.promise("unknown-user-404", "query-route-same")
@ROUTES
def test_unknown_user_is_404(handler: Any, asked: Asked) -> None:
    answer = checks.ask(handler, asked("nobody"))
    assert checks.error(answer) == (404, "USER_NOT_FOUND")
    assert answer["headers"] == OWN_HEADERS | {"Cache-Control": "no-store"}


@pytest.mark.promise("record-returned", "invalid-id-refused")
@pytest.mark.parametrize("user_id", ["a", "A-Z_09", "x" * 128, "-", "_", "0"])
def test_id_at_edge_of_validity_is_looked_up(handler: Any, put: Put, user_id: str) -> None:
    put(user_id)
    answer = checks.ask(handler, events.by_path(user_id))
    assert checks.data(answer) == users.data(user_id)


INVALID_IDS = [
    "",
    "x" * 129,
    "ada\n",
    "\nada",
    "ada lovelace",
    "ada%20lovelace",
    "ada/",
    "../ada",
    "adä",
    "ADA\u0130",
    "\u0661",
    "ada\x00",
    "\ud800",
    "ada,grace",
    "*",
    "x" * 100_000,
    None,
    1,
    True,
    ["ada"],
    {"S": "ada"},
]


@pytest.mark.promise("invalid-id-refused", "query-route-same")
@ROUTES
@pytest.mark.parametrize("user_id", INVALID_IDS, ids=lambda value: repr(value)[:20])
def test_invalid_id_is_400(handler: Any, asked: Asked, user_id: object) -> None:
    answer = checks.ask(handler, asked(user_id))
    assert checks.error(answer) == (400, "INVALID_USER_ID")
    assert "1 to 128" in checks.body(answer)["error"]["message"]


@pytest.mark.promise("invalid-id-refused")
def test_invalid_id_costs_no_table_read(handler_on_fake: Any, fake_table: Any) -> None:
    checks.ask(handler_on_fake, events.by_path("ada lovelace"))
    assert fake_table.requests == []


@pytest.mark.promise("invalid-id-refused")
def test_repeated_id_is_400(handler: Any, put: Put) -> None:
    put("ada")
    event = events.by_query("ada", multiValueQueryStringParameters={"userId": ["bob", "ada"]})
    assert checks.error(checks.ask(handler, event)) == (400, "INVALID_USER_ID")


@pytest.mark.promise("record-returned", "query-route-same")
@pytest.mark.parametrize(
    "event",
    [
        events.by_path(
            "ada",
            queryStringParameters={"userId": "grace"},
            multiValueQueryStringParameters={"userId": ["grace"]},
        ),
        events.by_query("ada", pathParameters={"userId": "grace"}),
    ],
)
def test_route_decides_which_id_counts(handler: Any, put: Put, event: Event) -> None:
    put("ada")
    put("grace")
    assert checks.data(checks.ask(handler, event)) == users.data("ada")


@pytest.mark.promise("any-event-answered")
@pytest.mark.parametrize(
    "changes",
    [
        {"httpMethod": "POST"},
        {"httpMethod": "get"},
        {"httpMethod": ["GET"]},
        {"resource": "/users/{userId}"},
        {"resource": "/{proxy+}"},
    ],
)
def test_another_route_is_404(handler: Any, put: Put, changes: dict[str, Any]) -> None:
    put("ada")
    assert checks.error(checks.ask(handler, events.by_path(**changes))) == (404, "NOT_FOUND")


@pytest.mark.promise("any-event-answered")
@pytest.mark.parametrize(
    "event",
    [
        {"pathParameters": {"userId": "ada"}},
        {"queryStringParameters": {"userId": "ada"}},
        {"multiValueQueryStringParameters": {"userId": ["ada"]}},
        {"multiValueQueryStringParameters": None, "queryStringParameters": {"userId": "ada"}},
    ],
)
def test_event_with_id_alone_is_enough(handler: Any, put: Put, event: Event) -> None:
    put("ada")
    assert checks.data(checks.ask(handler, event, None)) == users.data("ada")


@pytest.mark.promise("request-id-matches")
@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"extendedRequestId": "JKJaXmPLvHcESHA=", "requestId": "chosen"}, "JKJaXmPLvHcESHA="),
        ({"extendedRequestId": "x" * 64, "requestId": "chosen"}, "x" * 64),
        ({"extendedRequestId": "x" * 65, "requestId": "theirs"}, "theirs"),
        ({"extendedRequestId": None, "requestId": "theirs"}, "theirs"),
        ({"requestId": "theirs"}, "theirs"),
        ({"requestId": "x" * 64}, "x" * 64),
        ({}, events.INVOCATION_ID),
    ],
)
def test_request_id_is_first_that_no_client_chose(
    handler: Any, context: dict[str, object], expected: str
) -> None:
    """Nothing but the extended id is safe from a client; without it there is the next best."""
    answer = checks.ask(handler, events.by_path("nobody", requestContext=context))
    assert answer["headers"]["X-Request-Id"] == expected


@pytest.mark.promise("request-id-matches")
@pytest.mark.parametrize(
    "unusable", [None, "", 7, "two words", "x\r\nSet-Cookie: a=b", "x" * 65, "\ud800", "é"]
)
@pytest.mark.parametrize("name", ["extendedRequestId", "requestId"])
def test_unusable_id_of_gateway_is_passed_over(handler: Any, name: str, unusable: object) -> None:
    answer = checks.ask(handler, events.by_path("nobody", requestContext={name: unusable}))
    assert answer["headers"]["X-Request-Id"] == events.INVOCATION_ID


@pytest.mark.promise("request-id-matches")
def test_request_without_any_id_gets_one_of_its_own(handler: Any) -> None:
    ids = {checks.ask(handler, {}, None)["headers"]["X-Request-Id"] for _ in range(2)}
    assert [len(made) for made in ids] == [32, 32]


@pytest.mark.promise("cache-private")
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [("0", "no-cache"), ("1", "max-age=1"), ("300", "max-age=300")],
)
def test_record_is_cached_privately_as_stage_says(
    dynamodb: Any, put: Put, seconds: str, expected: str
) -> None:
    del dynamodb
    put("ada")
    answer = checks.ask(handler_with(CACHE_MAX_AGE=seconds), events.by_path("ada"))
    assert answer["headers"]["Cache-Control"] == f"private, {expected}"


@pytest.mark.promise("table-error-500", "nothing-internal-shown")
def test_missing_table_is_500(dynamodb: Any) -> None:
    del dynamodb
    answer = checks.ask(handler_with(TABLE_NAME="another-table"), events.by_path("ada"))
    assert checks.error(answer) == (500, "DATABASE_ERROR")
    assert "another-table" not in str(answer)


@pytest.mark.promise("any-event-answered", "nothing-internal-shown")
@pytest.mark.parametrize(
    "unforeseen", [RuntimeError("secret"), KeyError(TABLE_NAME), RecursionError(), MemoryError()]
)
def test_unforeseen_error_is_500(
    handler: Any, put: Put, monkeypatch: pytest.MonkeyPatch, unforeseen: Exception
) -> None:
    def fail(*_: object) -> None:
        raise unforeseen

    put("ada")
    monkeypatch.setattr(handler.conditional, "etag", fail)
    answer = checks.ask(handler, events.by_path("ada"))
    assert checks.error(answer) == (500, "INTERNAL_ERROR")
    assert "secret" not in str(answer)
    assert TABLE_NAME not in str(answer)


@pytest.mark.promise("nothing-internal-shown")
def test_messages_are_the_contracts() -> None:
    messages = {code: message for code, (_, message) in answers.ERRORS.items()}
    unforeseen = {"INTERNAL_ERROR": "Something went wrong. Report the requestId if it persists."}
    of_gateway = {"INVALID_REQUEST", "FORBIDDEN", "THROTTLED"}
    assert messages == {
        code: message for code, message in (MESSAGES | unforeseen).items() if code not in of_gateway
    }


def test_timestamp_is_now(handler: Any) -> None:
    stamp = datetime.fromisoformat(checks.body(checks.ask(handler, {}))["timestamp"])
    assert abs(datetime.now(UTC) - stamp) < timedelta(seconds=5)


@pytest.mark.promise("table-unavailable-503", "cache-private")
@pytest.mark.parametrize(
    ("code", "status", "more"),
    [
        ("SERVICE_UNAVAILABLE", 503, {"Retry-After": "2"}),
        ("DATABASE_ERROR", 500, {}),
        ("NOT_FOUND", 404, {}),
    ],
)
def test_busy_service_alone_says_when_to_try_again(
    code: str, status: int, more: dict[str, str]
) -> None:
    answer = answers.error(events.REQUEST_ID, code, {"Vary": "Origin"})
    checks.fits_contract(answer)
    assert answer["statusCode"] == status
    assert answer["headers"] == OWN_HEADERS | {"Cache-Control": "no-store"} | more


def test_problem_has_code_and_perhaps_cause() -> None:
    assert (answers.Problem("A").code, answers.Problem("A").cause) == ("A", None)
    assert (answers.Problem("A", "why").code, answers.Problem("A", "why").cause) == ("A", "why")
