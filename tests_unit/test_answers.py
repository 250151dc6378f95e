"""Every row of the contract's table that the function answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lambda_function import answers
from tests_unit import checks, events
from tests_unit.conftest import TABLE_NAME, Item, handler_with
from tests_unit.events import Event

ADA: Item = {"userId": {"S": "ada"}, "name": {"S": "Ada Lovelace"}}
ROUTES = pytest.mark.parametrize("asked", [events.by_path, events.by_query])
Asked = Callable[..., Event]
Put = Callable[[Item], None]


@pytest.mark.promise("record-returned", "query-route-same", "json-nosniff")
@ROUTES
def test_a_known_user_is_answered_with_the_record(handler: Any, put: Put, asked: Asked) -> None:
    put(ADA)
    put({"userId": {"S": "grace"}, "name": {"S": "Grace Hopper"}})
    answer = handler.lambda_handler(asked("ada"), events.Context)
    checks.fits_contract(answer)
    assert answer["statusCode"] == 200
    assert checks.body(answer)["success"] is True
    assert checks.body(answer)["data"] == {"userId": "ada", "name": "Ada Lovelace"}
    assert answer["headers"] == {
        "Content-Type": "application/json",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": events.REQUEST_ID,
        "ETag": answer["headers"]["ETag"],
        "Cache-Control": "private, max-age=60",
        "Vary": "Origin",
    }


@pytest.mark.promise("unknown-user-404", "query-route-same")
@ROUTES
def test_an_unknown_user_is_404(handler: Any, asked: Asked) -> None:
    answer = handler.lambda_handler(asked("nobody"), events.Context)
    assert answer["statusCode"] == 404
    assert checks.error_code(answer) == "USER_NOT_FOUND"
    assert checks.body(answer)["success"] is False
    assert answer["headers"] == {
        "Content-Type": "application/json",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": events.REQUEST_ID,
        "Cache-Control": "no-store",
        "Vary": "Origin",
    }


@pytest.mark.promise("record-returned", "invalid-id-refused")
@pytest.mark.parametrize("user_id", ["a", "A-Z_09", "x" * 128, "-", "_", "0"])
def test_an_id_at_the_edge_of_the_valid_is_asked_for(handler: Any, put: Put, user_id: str) -> None:
    put({"userId": {"S": user_id}})
    answer = handler.lambda_handler(events.by_path(user_id), events.Context)
    checks.fits_contract(answer)
    assert checks.body(answer)["data"] == {"userId": user_id}


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
def test_an_invalid_id_is_400(handler: Any, asked: Asked, user_id: object) -> None:
    answer = handler.lambda_handler(asked(user_id), events.Context)
    assert answer["statusCode"] == 400
    assert checks.error_code(answer) == "INVALID_USER_ID"
    assert "1 to 128" in checks.body(answer)["error"]["message"]


@pytest.mark.promise("invalid-id-refused")
def test_an_invalid_id_costs_no_table_read(handler_on_fake: Any, fake_table: Any) -> None:
    handler_on_fake.lambda_handler(events.by_path("ada lovelace"), events.Context)
    assert fake_table.requests == []


@pytest.mark.promise("invalid-id-refused")
def test_an_id_given_twice_is_400(handler: Any, put: Put) -> None:
    put(ADA)
    event = events.by_query("ada", multiValueQueryStringParameters={"userId": ["bob", "ada"]})
    assert checks.error_code(handler.lambda_handler(event, events.Context)) == "INVALID_USER_ID"


@pytest.mark.promise("record-returned")
def test_the_path_decides_where_a_query_says_otherwise(handler: Any, put: Put) -> None:
    put(ADA)
    put({"userId": {"S": "grace"}})
    event = events.by_path(
        "ada",
        queryStringParameters={"userId": "grace"},
        multiValueQueryStringParameters={"userId": ["grace"]},
    )
    answer = handler.lambda_handler(event, events.Context)
    assert checks.body(answer)["data"]["userId"] == "ada"


@pytest.mark.promise("query-route-same")
def test_the_query_route_takes_no_path_parameter(handler: Any, put: Put) -> None:
    put(ADA)
    event = events.by_query("ada", pathParameters={"userId": "grace"})
    answer = handler.lambda_handler(event, events.Context)
    assert checks.body(answer)["data"]["userId"] == "ada"


@pytest.mark.promise("any-event-answered")
@pytest.mark.parametrize(
    "event",
    [
        events.by_path("ada", httpMethod="POST"),
        events.by_path("ada", httpMethod="get"),
        events.by_path("ada", httpMethod=["GET"]),
        events.by_path("ada", resource="/users/{userId}"),
        events.by_path("ada", resource="/{proxy+}"),
    ],
)
def test_another_route_is_404(handler: Any, put: Put, event: Event) -> None:
    put(ADA)
    answer = handler.lambda_handler(event, events.Context)
    assert answer["statusCode"] == 404
    assert checks.error_code(answer) == "NOT_FOUND"


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
def test_an_event_with_the_id_alone_is_enough(handler: Any, put: Put, event: Event) -> None:
    put(ADA)
    answer = handler.lambda_handler(event, None)
    checks.fits_contract(answer)
    assert checks.body(answer)["data"]["userId"] == "ada"


@pytest.mark.promise("request-id-matches")
@ROUTES
def test_the_request_id_is_the_gateways(handler: Any, asked: Asked) -> None:
    answer = handler.lambda_handler(asked("nobody"), events.Context)
    assert answer["headers"]["X-Request-Id"] == events.REQUEST_ID
    assert checks.body(answer)["requestId"] == events.REQUEST_ID


@pytest.mark.promise("request-id-matches")
@pytest.mark.parametrize(
    "unusable", [None, "", 7, "two words", "x\r\nSet-Cookie: a=b", "x" * 65, "\ud800", "é"]
)
def test_without_a_usable_id_of_the_gateway_it_is_lambdas(handler: Any, unusable: object) -> None:
    event = events.by_path("nobody", requestContext={"requestId": unusable})
    answer = handler.lambda_handler(event, events.Context)
    checks.fits_contract(answer)
    assert answer["headers"]["X-Request-Id"] == events.INVOCATION_ID


@pytest.mark.promise("request-id-matches")
def test_without_any_id_one_is_made_for_each_request(handler: Any) -> None:
    answers = [handler.lambda_handler({}, None) for _ in range(2)]
    ids = {answer["headers"]["X-Request-Id"] for answer in answers}
    assert len(ids) == 2
    assert all(len(made) == 32 for made in ids)
    checks.fits_contract(answers[0])


@pytest.mark.promise("request-id-matches")
def test_an_id_of_64_characters_is_kept(handler: Any) -> None:
    event = events.by_path("nobody", requestContext={"requestId": "x" * 64})
    assert handler.lambda_handler(event, None)["headers"]["X-Request-Id"] == "x" * 64


@pytest.mark.promise("cache-private")
@pytest.mark.parametrize("seconds", ["0", "300"])
def test_the_record_is_cached_privately_as_long_as_the_stage_says(
    dynamodb: Any, put: Put, seconds: str
) -> None:
    del dynamodb
    put(ADA)
    handler = handler_with(CACHE_MAX_AGE=seconds)
    answer = handler.lambda_handler(events.by_path("ada"), events.Context)
    assert answer["headers"]["Cache-Control"] == f"private, max-age={seconds}"


@pytest.mark.promise("table-error-500", "nothing-internal-shown")
def test_a_missing_table_is_no_missing_user(dynamodb: Any) -> None:
    del dynamodb
    handler = handler_with(TABLE_NAME="another-table")
    answer = handler.lambda_handler(events.by_path("ada"), events.Context)
    assert answer["statusCode"] == 500
    assert checks.error_code(answer) == "DATABASE_ERROR"
    assert "another-table" not in str(answer)


@pytest.mark.promise("any-event-answered", "nothing-internal-shown")
@pytest.mark.parametrize(
    "unforeseen", [RuntimeError("secret"), KeyError(TABLE_NAME), RecursionError(), MemoryError()]
)
def test_anything_unforeseen_is_500(
    handler: Any, put: Put, monkeypatch: pytest.MonkeyPatch, unforeseen: Exception
) -> None:
    def fail(*_: object) -> None:
        raise unforeseen

    put(ADA)
    monkeypatch.setattr(handler.conditional, "etag", fail)
    answer = handler.lambda_handler(events.by_path("ada"), events.Context)
    assert answer["statusCode"] == 500
    assert checks.error_code(answer) == "INTERNAL_ERROR"
    assert "secret" not in str(answer)
    assert TABLE_NAME not in str(answer)


@pytest.mark.promise("nothing-internal-shown")
def test_every_message_tells_what_to_do() -> None:
    handler = handler_with()
    messages = {code: message for code, (_, message) in handler.answers.ERRORS.items()}
    assert messages == {
        "INVALID_USER_ID": "userId must be given once, as 1 to 128 characters"
        " of A-Z, a-z, 0-9, _ and -.",
        "USER_NOT_FOUND": "There is no user with this userId.",
        "NOT_FOUND": "Ask with GET for /user/{userId} or /user?userId={userId}.",
        "SERVICE_UNAVAILABLE": "The service is busy. Try again after the time in Retry-After.",
        "DATABASE_ERROR": "The record could not be read. Report the requestId if it persists.",
        "INTERNAL_ERROR": "Something went wrong. Report the requestId if it persists.",
    }


def test_the_timestamp_is_now(handler: Any) -> None:
    from datetime import UTC, datetime, timedelta

    answer = handler.lambda_handler({}, None)
    stamp = datetime.fromisoformat(checks.body(answer)["timestamp"])
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
def test_only_a_busy_service_says_when_to_try_again(
    code: str, status: int, more: dict[str, str]
) -> None:
    answer = answers.error("r", code, {"Vary": "Origin"})
    checks.fits_contract(answer)
    assert answer["statusCode"] == status
    assert answer["headers"] == {
        "Content-Type": "application/json",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": "r",
        "Cache-Control": "no-store",
        "Vary": "Origin",
        **more,
    }


def test_a_problem_has_a_code_and_perhaps_a_cause() -> None:
    assert (answers.Problem("A").code, answers.Problem("A").cause) == ("A", None)
    assert (answers.Problem("A", "why").code, answers.Problem("A", "why").cause) == ("A", "why")
