"""ETag and If-None-Match."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lambda_function import conditional
from tests_unit import checks, events
from tests_unit.conftest import Put

TAG = '"0123456789abcdef"'


def ask(handler: Any, **headers: str) -> dict[str, Any]:
    """Ask for ada with these headers."""
    event = events.with_headers(events.by_path("ada"), headers)
    return checks.ask(handler, event)


@pytest.mark.promise("not-modified-304", "cache-private", "json-nosniff", "request-id-matches")
def test_matching_tag_is_304_with_headers_of_200(handler: Any, put: Put) -> None:
    put(visits={"N": "7"})
    full = ask(handler)
    answer = ask(handler, **{"If-None-Match": full["headers"]["ETag"]})
    assert answer["statusCode"] == 304
    assert answer["headers"] == full["headers"]


@pytest.mark.promise("not-modified-304")
@pytest.mark.parametrize("form", ["W/{0}", "{0}", '"other", {0}', "*", '"a,b" , W/{0}, "c"'])
@pytest.mark.parametrize("name", ["If-None-Match", "if-none-match", "IF-NONE-MATCH"])
def test_every_form_of_header_is_understood(handler: Any, put: Put, form: str, name: str) -> None:
    put()
    opaque = ask(handler)["headers"]["ETag"].removeprefix("W/")
    assert ask(handler, **{name: form.format(opaque)})["statusCode"] == 304


@pytest.mark.promise("not-modified-304")
def test_stale_tag_is_answered_in_full(handler: Any, put: Put) -> None:
    put()
    assert ask(handler, **{"If-None-Match": TAG})["statusCode"] == 200


@pytest.mark.promise("unknown-user-404", "not-modified-304")
def test_missing_record_matches_no_tag(handler: Any) -> None:
    assert ask(handler, **{"If-None-Match": "*"})["statusCode"] == 404


@pytest.mark.promise("not-modified-304")
@pytest.mark.parametrize(
    "event",
    [
        {"multiValueHeaders": {"if-none-match": ['"x"', "*"]}, "headers": None},
        {"multiValueHeaders": {"If-None-Match": ["*"]}, "headers": {"If-None-Match": '"x"'}},
        {"multiValueHeaders": {"If-None-Match": [7, None, "*"]}},
        {"multiValueHeaders": {"If-None-Match": "*"}},
        {"multiValueHeaders": {"If-None-Match": 7}, "headers": {"If-None-Match": "*"}},
        {"multiValueHeaders": {"Accept": ["*"]}, "headers": {"IF-NONE-match": "*"}},
        {"multiValueHeaders": {"If-None-Match": []}, "headers": {"If-None-Match": "*"}},
        {"multiValueHeaders": 7, "headers": {"If-None-Match": "*"}},
    ],
)
def test_header_is_found_in_either_form_of_event(
    handler: Any, put: Put, event: dict[str, Any]
) -> None:
    put()
    assert checks.ask(handler, events.by_path(**event))["statusCode"] == 304


@pytest.mark.promise("etag-follows-data")
def test_tag_changes_with_record_and_only_then(handler: Any, put: Put) -> None:
    put(age={"N": "36"}, tags={"SS": ["x", "y"]})
    first = ask(handler)["headers"]["ETag"]
    put(tags={"SS": ["y", "x"]}, age={"N": "36"})
    second = checks.ask(handler, events.by_query(requestContext={"requestId": "another"}))
    assert second["headers"]["ETag"] == first
    put(age={"N": "37"}, tags={"SS": ["y", "x"]})
    assert ask(handler)["headers"]["ETag"] != first


@pytest.mark.promise("etag-follows-data")
def test_tag_is_weak_and_of_whole_data() -> None:
    """Weak, because the body changes with every request (RFC 9110, section 8.8.1)."""
    tags = {conditional.etag(data) for data in ("{}", '{"a":1}', '{"a":10}', '{"a":1} ')}
    assert len(tags) == 4
    assert all(re.fullmatch(r'W/"[0-9a-f]{32}"', tag) for tag in tags)


@pytest.mark.promise("not-modified-304")
@pytest.mark.parametrize(
    "field",
    [
        TAG,
        f"W/{TAG}",
        f' {TAG}\t,"x"',
        f'"x",{TAG}',
        f',, "x" ,\t, W/{TAG} ,',
        f'"a, b", {TAG}',
        " * ",
    ],
)
@pytest.mark.parametrize("own", [TAG, f"W/{TAG}"])
def test_field_that_names_tag_matches(field: str, own: str) -> None:
    assert conditional.matches(own, [field])
    assert conditional.matches(own, ['"x"', field])


@pytest.mark.promise("not-modified-304")
@pytest.mark.parametrize(
    "field",
    [
        "",
        TAG.strip('"'),
        TAG[:-1],
        f"w/{TAG}",
        f"W/W/{TAG}",
        f"x{TAG}",
        f"{TAG}x",
        f'"x" {TAG}',
        f'"a{TAG}',
        "**",
        '"*"',
        '"x", *',
        '"0123456789ABCDEF"',
        '"' * 20_000,
        ',"' * 20_000,
        " " * 100_000,
    ],
    ids=lambda field: repr(field)[:30],
)
def test_any_other_field_does_not_match(field: str) -> None:
    assert not conditional.matches(f"W/{TAG}", [field])
    assert not conditional.matches(f"W/{TAG}", [])
