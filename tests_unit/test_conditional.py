"""ETag and If-None-Match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lambda_function import conditional
from tests_unit import checks, events
from tests_unit.conftest import Item

TAG = '"0123456789abcdef"'
Put = Callable[[Item], None]


def ask(handler: Any, **headers: str) -> dict[str, Any]:
    event = events.with_headers(events.by_path("ada"), headers)
    answer: dict[str, Any] = handler.lambda_handler(event, events.Context)
    checks.fits_contract(answer)
    return answer


@pytest.mark.promise("not-modified-304", "cache-private", "json-nosniff", "request-id-matches")
def test_a_matching_tag_is_304_with_the_headers_of_the_200(handler: Any, put: Put) -> None:
    put({"userId": {"S": "ada"}, "visits": {"N": "7"}})
    full = ask(handler)
    answer = ask(handler, **{"If-None-Match": full["headers"]["ETag"]})
    assert answer["statusCode"] == 304
    assert answer["body"] == ""
    assert answer["headers"] == full["headers"]


@pytest.mark.promise("not-modified-304")
@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"other", {0}', "*", '"a,b" , W/{0}, "c"'])
@pytest.mark.parametrize("name", ["If-None-Match", "if-none-match", "IF-NONE-MATCH"])
def test_every_form_of_the_header_is_understood(
    handler: Any, put: Put, form: str, name: str
) -> None:
    put({"userId": {"S": "ada"}})
    tag = ask(handler)["headers"]["ETag"]
    assert ask(handler, **{name: form.format(tag)})["statusCode"] == 304


@pytest.mark.promise("not-modified-304")
def test_a_stale_tag_is_answered_in_full(handler: Any, put: Put) -> None:
    put({"userId": {"S": "ada"}})
    assert ask(handler, **{"If-None-Match": TAG})["statusCode"] == 200


@pytest.mark.promise("unknown-user-404", "not-modified-304")
def test_a_missing_record_matches_no_tag(handler: Any) -> None:
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
def test_the_header_is_found_wherever_the_event_has_it(
    handler: Any, put: Put, event: dict[str, Any]
) -> None:
    put({"userId": {"S": "ada"}})
    assert handler.lambda_handler(events.by_path("ada", **event), None)["statusCode"] == 304


@pytest.mark.promise("etag-follows-data")
def test_the_tag_changes_with_the_record_and_only_then(handler: Any, put: Put) -> None:
    put({"userId": {"S": "ada"}, "age": {"N": "36"}, "tags": {"SS": ["x", "y"]}})
    first = ask(handler)["headers"]["ETag"]
    put({"userId": {"S": "ada"}, "tags": {"SS": ["y", "x"]}, "age": {"N": "36"}})
    event = events.by_query("ada", requestContext={"requestId": "another"})
    second = handler.lambda_handler(event, None)
    assert second["headers"]["ETag"] == first
    put({"userId": {"S": "ada"}, "age": {"N": "37"}, "tags": {"SS": ["y", "x"]}})
    assert ask(handler)["headers"]["ETag"] != first


@pytest.mark.promise("etag-follows-data")
def test_a_tag_is_a_strong_one_of_the_whole_data() -> None:
    tags = {conditional.etag(data) for data in ("{}", '{"a":1}', '{"a":10}', '{"a":1} ')}
    assert len(tags) == 4
    assert all(len(tag) == 34 and tag[0] == tag[-1] == '"' for tag in tags)


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
def test_fields_that_name_the_tag(field: str) -> None:
    assert conditional.matches(TAG, [field])
    assert conditional.matches(TAG, ['"x"', field])


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
def test_fields_that_do_not(field: str) -> None:
    assert not conditional.matches(TAG, [field])
    assert not conditional.matches(TAG, [])
