"""Any event whatsoever gets an answer of the contract, and one log line."""

from __future__ import annotations

import copy
import io
from contextlib import redirect_stdout
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests_unit import checks, events
from tests_unit.events import Event

CHARACTERS = st.characters()  # also unpaired surrogates, which JSON's escapes can spell
TEXT = st.one_of(
    st.text(CHARACTERS, max_size=30),
    st.sampled_from(["", " ", "*", "\n", "\ud800", "ada", "GET", "/user", "/user/{userId}"]),
    st.builds(lambda character, count: character * count, CHARACTERS, st.integers(0, 20_000)),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(TEXT, inner, max_size=5)),
    max_leaves=15,
)
HEADERS = st.dictionaries(
    st.sampled_from(["Origin", "origin", "If-None-Match", "IF-NONE-MATCH", "Cookie", "X-Amzn"]),
    st.one_of(JSON, st.sampled_from(["*", '"tag"', "https://app.example.com"])),
)
# The parts that the function reads, so that an event comes near to a real one.
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "httpMethod": st.sampled_from(["GET", "POST", "OPTIONS", "get", ""]),
    "resource": st.sampled_from(["/user", "/user/{userId}", "/", "/user/"]),
    "pathParameters": st.dictionaries(st.sampled_from(["userId", "userid"]), JSON),
    "queryStringParameters": st.dictionaries(st.just("userId"), JSON),
    "multiValueQueryStringParameters": st.dictionaries(
        st.just("userId"), st.one_of(JSON, st.lists(TEXT, max_size=3))
    ),
    "headers": HEADERS,
    "multiValueHeaders": st.one_of(HEADERS, st.dictionaries(TEXT, st.lists(JSON, max_size=3))),
    "requestContext": st.fixed_dictionaries(
        {}, optional={"requestId": JSON, "extendedRequestId": JSON}
    ),
    "body": TEXT,
    "isBase64Encoded": st.booleans(),
}
PARTIAL = st.fixed_dictionaries({}, optional={k: st.one_of(s, JSON) for k, s in PARTS.items()})
IDS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,130}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_-]{1,5}[\s\S]?", fullmatch=True),
    TEXT,
    JSON,
)


@st.composite
def edited(draw: st.DrawFn) -> Event:
    """A real event with a few of its parts, at any depth, missing or replaced."""
    whole = draw(st.sampled_from([events.by_path("ada"), events.by_query("ada")]))
    event = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 4))):
        part: Any = event
        while True:
            key = draw(st.sampled_from(sorted(part)))
            if isinstance(part[key], dict) and part[key] and draw(st.booleans()):
                part = part[key]
                continue
            if len(part) > 1 and draw(st.booleans()):
                del part[key]
            else:
                part[key] = draw(JSON)
            break
    return event


def answered(handler: Any, event: object, context: object = events.Context) -> dict[str, Any]:
    """Ask the handler; fail unless the answer fits the contract and its line fits the log."""
    output = io.StringIO()
    with redirect_stdout(output):
        answer = checks.ask(handler, event, context)
    line = checks.log_line(output.getvalue())
    assert line["status"] == answer["statusCode"]
    assert line["requestId"] == answer["headers"]["X-Request-Id"]
    assert line.get("errorCode") != "INTERNAL_ERROR"
    return answer


@pytest.mark.promise("any-event-answered", "request-id-matches", "one-log-line")
@given(event=JSON)
@example(event=None)
@example(event=[])
@example(event="{}")
def test_any_json_is_answered(handler: Any, event: object) -> None:
    assert answered(handler, event)["statusCode"] in (400, 404)


@pytest.mark.promise("any-event-answered")
@given(event=PARTIAL)
def test_any_partial_event_is_answered(handler: Any, event: Event) -> None:
    answered(handler, event)


@pytest.mark.promise("any-event-answered")
@given(event=edited())
def test_any_edited_event_is_answered(handler: Any, event: Event) -> None:
    answered(handler, event)


@pytest.mark.promise("any-event-answered", "invalid-id-refused")
@given(user_id=IDS, asked=st.sampled_from([events.by_path, events.by_query]))
def test_any_id_is_looked_up_or_refused(handler: Any, user_id: object, asked: Any) -> None:
    answer = answered(handler, asked(user_id))
    assert answer["statusCode"] == (404 if is_valid(user_id) else 400)


def is_valid(user_id: object) -> bool:
    """The contract's rule, in other terms than the function's."""
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
    return isinstance(user_id, str) and 1 <= len(user_id) <= 128 and set(user_id) <= allowed


def nested(depth: int) -> object:
    value: object = "ada"
    for _ in range(depth):
        value = {"userId": [value]}
    return value


@pytest.mark.promise("any-event-answered")
@pytest.mark.parametrize("part", sorted(PARTS))
@pytest.mark.parametrize("value", [nested(50_000), "x" * 5_000_000, ["x"] * 100_000], ids=type)
def test_event_with_huge_part_is_answered(handler: Any, part: str, value: object) -> None:
    answered(handler, events.by_path("nobody", **{part: value}))


@pytest.mark.promise("any-event-answered")
@pytest.mark.parametrize(
    "context", [None, object(), 7, type("Context", (), {"aws_request_id": "\ud800"})]
)
def test_any_context_is_answered(handler: Any, context: object) -> None:
    answered(handler, events.by_path("nobody"), context)
