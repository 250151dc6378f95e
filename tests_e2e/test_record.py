"""A user's record: returned exactly, to whoever asks for it, on both routes."""

from __future__ import annotations

import base64
import uuid
from decimal import Decimal
from typing import Any

import pytest

from contract.stages import PROMPT_SECONDS
from tests_e2e import checks
from tests_e2e.aws import Users
from tests_e2e.client import Answer, Client
from tests_e2e.target import Target

ROUTES = pytest.mark.parametrize("route", ["/user/{}", "/user?userId={}"])


def _deep(core: Any, *wrapping: str) -> Any:
    """A value in 30 maps; DynamoDB takes 32."""
    for _ in range(30):
        core = {"in": core}
        for kind in wrapping:
            core = {kind: core}
    return core


# name -> (what the table holds, what the answer shows); numbers as Decimal
VALUES: dict[str, tuple[dict[str, Any], Any]] = {
    "text": ({"S": "Ada Lovelace"}, "Ada Lovelace"),
    "empty_text": ({"S": ""}, ""),
    "other_scripts": ({"S": "Gräße 東京 🦊 \u2028"}, "Gräße 東京 🦊 \u2028"),
    "control_characters": ({"S": 'a"b\\c\n\t\x00\x1f'}, 'a"b\\c\n\t\x00\x1f'),
    "markup": ({"S": "</script><b>&amp;"}, "</script><b>&amp;"),
    "number_as_text": ({"S": "42"}, "42"),
    "truth_as_text": ({"S": "true"}, "true"),
    "integer": ({"N": "1815"}, Decimal(1815)),
    "zero": ({"N": "0"}, Decimal(0)),
    "one": ({"N": "1"}, Decimal(1)),
    "negative": ({"N": "-17"}, Decimal(-17)),
    "fraction": ({"N": "0.1"}, Decimal("0.1")),
    "all_38_digits": (
        {"N": "12345678901234567890123456789012345678"},
        Decimal("12345678901234567890123456789012345678"),
    ),
    "all_38_decimals": (
        {"N": "0.12345678901234567890123456789012345678"},
        Decimal("0.12345678901234567890123456789012345678"),
    ),
    "above_2_to_53": ({"N": "9007199254740993"}, Decimal("9007199254740993")),
    "huge": (
        {"N": "9.9999999999999999999999999999999999999E+125"},
        Decimal("9.9999999999999999999999999999999999999E+125"),
    ),
    "tiny": ({"N": "1E-130"}, Decimal("1E-130")),
    "true": ({"BOOL": True}, True),
    "false": ({"BOOL": False}, False),
    "null": ({"NULL": True}, None),
    "binary": ({"B": b"\x00\xff\x10"}, base64.b64encode(b"\x00\xff\x10").decode()),
    "empty_list": ({"L": []}, []),
    "empty_map": ({"M": {}}, {}),
    "list": (
        {"L": [{"N": "1"}, {"S": "1"}, {"BOOL": True}, {"NULL": True}]},
        [Decimal(1), "1", True, None],
    ),
    "nested": (
        {"M": {"a": {"M": {"b": {"L": [{"L": [{"M": {"c": {"N": "3"}}}]}]}}}}},
        {"a": {"b": [[{"c": Decimal(3)}]]}},
    ),
    "deep": (_deep({"S": "core"}, "M"), _deep("core")),
    "wide": (
        {"M": {f"key {n}": {"N": str(n)} for n in range(300)}},
        {f"key {n}": Decimal(n) for n in range(300)},
    ),
    "text_set": ({"SS": ["zeta", "alpha", "Ünder"]}, ["alpha", "zeta", "Ünder"]),
    "number_set": ({"NS": ["10", "9", "-1", "0.5"]}, [*map(Decimal, ("-1", "0.5", "9", "10"))]),
    "binary_set": (
        {"BS": [b"\x02", b"\x01"]},
        [base64.b64encode(b"\x01").decode(), base64.b64encode(b"\x02").decode()],
    ),
}


@pytest.mark.promise("record-returned", "query-route-same", "json-nosniff", "request-id-matches")
@ROUTES
def test_record_is_returned_whole(api: Client, users: Users, stage: Target, route: str) -> None:
    user = users.put({"name": {"S": "Ada Lovelace"}, "born": {"N": "1815"}})
    data = checks.success(api.get(route.format(user)), stage.expected)
    assert checks.same(data, {"userId": user, "name": "Ada Lovelace", "born": Decimal(1815)})


@pytest.mark.promise("record-returned", "query-route-same")
@ROUTES
def test_everybody_gets_their_own_record(
    api: Client, users: Users, stage: Target, route: str
) -> None:
    """Asked in turns, so that an answer kept from the request before is noticed."""
    people = [users.put({"number": {"N": str(number)}}) for number in range(3)]
    for number, user in [*enumerate(people), *enumerate(people)]:
        data = checks.success(api.get(route.format(user)), stage.expected)
        assert checks.same(data, {"userId": user, "number": Decimal(number)})


@pytest.mark.promise("record-returned")
def test_ids_differ_by_case(api: Client, users: Users, stage: Target) -> None:
    lower = users.put({"case": {"S": "lower"}})
    upper = users.put({"case": {"S": "upper"}}, lower.upper())
    for user, case in ((lower, "lower"), (upper, "upper")):
        data = checks.success(api.get(f"/user/{user}"), stage.expected)
        assert checks.same(data, {"userId": user, "case": case})


@pytest.mark.promise("record-returned", "query-route-same")
@ROUTES
@pytest.mark.parametrize(
    "user_id",
    [
        f"{uuid.uuid4().hex:z<127}Z",
        f"-_{uuid.uuid4().hex}",
        f"{uuid.uuid4().int}",
        f"null-{uuid.uuid4().hex.upper()}_",
    ],
    ids=["128 characters", "signs first", "digits", "signs last"],
)
def test_every_kind_of_id(
    api: Client, users: Users, stage: Target, user_id: str, route: str
) -> None:
    users.put({"name": {"S": "Ada"}}, user_id)
    data = checks.success(api.get(route.format(user_id)), stage.expected)
    assert checks.same(data, {"userId": user_id, "name": "Ada"})


@pytest.mark.only("local")
@pytest.mark.promise("record-returned")
def test_id_of_one_character(api: Client, users: Users, stage: Target) -> None:
    """Elsewhere such a short id could be somebody's."""
    users.put({}, "Z")
    assert checks.success(api.get("/user/Z"), stage.expected) == {"userId": "Z"}


@pytest.mark.promise("record-returned")
def test_answers_promptly(api: Client, users: Users) -> None:
    """The quickest of some: neither a cold start nor a busy machine is at fault."""
    path = f"/user/{users.put({})}"
    assert min(api.get(path).seconds for _ in range(5)) < PROMPT_SECONDS


@pytest.mark.promise("values-exact")
@pytest.mark.parametrize("name", VALUES)
def test_value_arrives_exactly(api: Client, users: Users, stage: Target, name: str) -> None:
    stored, shown = VALUES[name]
    user = users.put({"value": stored})
    data = checks.success(api.get(f"/user/{user}"), stage.expected)
    assert checks.same(data, {"userId": user, "value": shown})


@pytest.mark.promise("values-exact", "query-route-same")
@ROUTES
def test_record_with_every_type(api: Client, users: Users, stage: Target, route: str) -> None:
    user = users.put({name: stored for name, (stored, _) in VALUES.items()})
    data = checks.success(api.get(route.format(user)), stage.expected)
    shown = {name: value for name, (_, value) in VALUES.items()}
    assert checks.same(data, {**shown, "userId": user})


@pytest.mark.promise("values-exact")
def test_numbers_keep_their_digits_in_the_text(api: Client, users: Users) -> None:
    """Read from the bytes: a parser would hide digits that were never sent."""
    digits = "12345678901234567890123456789012345678"
    answer = api.get(f"/user/{users.put({'value': {'N': digits}})}")
    assert f'"value":{digits}'.encode() in answer.body.replace(b" ", b"")


@pytest.mark.promise("values-exact", "record-returned")
def test_large_record(api: Client, users: Users, stage: Target) -> None:
    """A table takes 400 KB; an item of nearly that size arrives whole."""
    text = "0123456789abcdef" * 24_000
    user = users.put({"text": {"S": text}})
    data = checks.success(api.get(f"/user/{user}"), stage.expected)
    assert data.keys() == {"userId", "text"}
    assert data["text"] == text


@pytest.mark.promise("record-returned")
def test_a_removed_user_is_gone(api: Client, users: Users, stage: Target) -> None:
    """Read consistently and cached nowhere on the way."""
    user = users.put({"name": {"S": "Ada"}})
    checks.success(api.get(f"/user/{user}"), stage.expected)
    users.remove_all()
    checks.function_error(api.get(f"/user/{user}"), 404, "USER_NOT_FOUND")


@pytest.mark.promise("record-returned", "etag-follows-data")
def test_a_changed_record_is_seen_at_once(api: Client, users: Users, stage: Target) -> None:
    user = users.new_id()
    for version in range(3):
        users.put({"version": {"N": str(version)}}, user)
        data = checks.success(api.get(f"/user/{user}"), stage.expected)
        assert checks.same(data["version"], Decimal(version))


@pytest.mark.promise("query-route-same")
def test_both_routes_answer_alike(api: Client, users: Users) -> None:
    user = users.put({name: stored for name, (stored, _) in VALUES.items()})
    by_path, by_query = api.get(f"/user/{user}"), api.get(f"/user?userId={user}")
    assert _lasting(by_path) == _lasting(by_query)


@pytest.mark.promise("record-returned", "query-route-same")
@pytest.mark.parametrize(
    "asked", ["/user/{0}?userId={1}", "/user/{0}?x=1", "/user?userId={0}&x=1", "/user?x&userId={0}"]
)
def test_other_parameters_change_nothing(
    api: Client, users: Users, stage: Target, asked: str
) -> None:
    user, other = users.put({"n": {"N": "1"}}), users.put({"n": {"N": "2"}})
    data = checks.success(api.get(asked.format(user, other)), stage.expected)
    assert checks.same(data, {"userId": user, "n": Decimal(1)})


@pytest.mark.promise("json-nosniff")
@pytest.mark.parametrize(
    "header",
    [
        "accept: text/html",
        "accept: application/xml;q=1, */*;q=0.1",
        "accept: image/png",
        "accept-encoding: gzip, br",
        "accept-language: de",
        "content-type: text/plain",
        "user-agent: ",
        f"cookie: {'x' * 4000}",
    ],
    ids=lambda header: header[:30],
)
def test_always_json(api: Client, users: Users, stage: Target, header: str) -> None:
    """Whatever else a client sends, the answer is the same."""
    user = users.put({})
    name, _, value = header.partition(": ")
    answer = api.send("GET", f"/user/{user}", {name: value})
    assert checks.success(answer, stage.expected) == {"userId": user}


@pytest.mark.promise("request-id-matches")
def test_request_ids_are_the_requests_own(api: Client, users: Users) -> None:
    """New for every request, and not what a client says."""
    user = users.put({})
    said = "11111111-2222-3333-4444-555555555555"
    ids = [api.get(f"/user/{user}", x_request_id=said).header("x-request-id") for _ in range(4)]
    assert len({*ids, said}) == 5


@pytest.mark.only("aws")
@pytest.mark.promise("request-id-matches")
def test_request_id_is_the_one_of_api_gateway(api: Client) -> None:
    answer = api.get("/user/nobody-has-this-id")
    assert answer.header("x-request-id") == answer.header("x-amzn-requestid")


def _lasting(answer: Answer) -> tuple[object, ...]:
    """What does not change from one request to the next."""
    names = ("content-type", "etag", "cache-control", "vary", "x-content-type-options")
    body = checks.json_object(answer.body)
    return answer.status, [answer.header(name) for name in names], body.get("data")
