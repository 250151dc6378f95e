"""A user's record: returned exactly, to whoever asks for it, on both routes."""

from __future__ import annotations

import base64
import uuid
from decimal import Decimal
from typing import Any

import pytest

from contract import users as contract_users
from contract.stages import PROMPT_SECONDS
from tests_e2e import checks
from tests_e2e.client import Answer, Client
from tests_e2e.users import STORED, Users, new_id


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


STORED_VALUES = {name: stored for name, (stored, _) in VALUES.items()}
SHOWN_VALUES = {name: shown for name, (_, shown) in VALUES.items()}
OTHER_ID = "11111111-2222-3333-4444-555555555555"


@pytest.mark.promise("record-returned", "query-route-same", "json-nosniff", "request-id-matches")
def test_record_is_returned_whole(api: Client, users: Users, route: str) -> None:
    user = users.put(born={"N": "1815"})
    checks.record(api.get(route.format(user.id)), user.record(born=Decimal(1815)))


@pytest.mark.promise("record-returned")
def test_user_with_required_attributes_alone_is_returned(api: Client, users: Users) -> None:
    user = users.put(**dict.fromkeys(STORED))
    checks.record(api.get(f"/user/{user.id}"), contract_users.data(user.id))


@pytest.mark.promise("record-returned", "query-route-same")
def test_each_user_gets_their_own_record(api: Client, users: Users, route: str) -> None:
    """In turns, so that an answer kept from the request before is noticed."""
    people = [users.put(number={"N": str(number)}) for number in range(3)]
    for number, user in [*enumerate(people), *enumerate(people)]:
        checks.record(api.get(route.format(user.id)), user.record(number=Decimal(number)))


@pytest.mark.promise("record-returned")
def test_ids_differ_by_case(api: Client, users: Users) -> None:
    lower = users.put(case={"S": "lower"})
    upper = users.put(lower.id.upper(), case={"S": "upper"})
    for user, case in ((lower, "lower"), (upper, "upper")):
        checks.record(api.get(f"/user/{user.id}"), user.record(case=case))


@pytest.mark.promise("record-returned", "query-route-same")
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
def test_every_kind_of_id_is_found(api: Client, users: Users, user_id: str, route: str) -> None:
    user = users.put(user_id)
    checks.record(api.get(route.format(user_id)), user.record())


@pytest.mark.only("local")
@pytest.mark.promise("record-returned")
def test_id_of_one_character_is_found(api: Client, users: Users) -> None:
    """Elsewhere such a short id could be somebody's."""
    user = users.put("Z")
    checks.record(api.get("/user/Z"), user.record())


@pytest.mark.promise("record-returned")
def test_answer_is_prompt(api: Client, users: Users) -> None:
    """The quickest of some: neither a cold start nor a busy machine counts."""
    path = f"/user/{users.put().id}"
    assert min(api.get(path).seconds for _ in range(5)) < PROMPT_SECONDS


@pytest.mark.promise("values-exact")
@pytest.mark.parametrize("name", VALUES)
def test_value_arrives_exactly(api: Client, users: Users, name: str) -> None:
    stored, shown = VALUES[name]
    user = users.put(value=stored)
    checks.record(api.get(f"/user/{user.id}"), user.record(value=shown))


@pytest.mark.promise("values-exact", "query-route-same")
def test_record_with_every_type_arrives_exactly(api: Client, users: Users, route: str) -> None:
    user = users.put(**STORED_VALUES)
    checks.record(api.get(route.format(user.id)), user.record(**SHOWN_VALUES))


@pytest.mark.promise("values-exact")
def test_numbers_keep_their_digits_in_text(api: Client, users: Users) -> None:
    """Read from the bytes: a parser would hide digits that were never sent."""
    digits = "12345678901234567890123456789012345678"
    answer = api.get(f"/user/{users.put(value={'N': digits}).id}")
    assert f'"value":{digits}'.encode() in answer.body.replace(b" ", b"")


@pytest.mark.promise("values-exact", "record-returned")
def test_large_record_arrives_whole(api: Client, users: Users) -> None:
    """A table takes 400 KB; this item is nearly that large."""
    text = "0123456789abcdef" * 24_000
    user = users.put(text={"S": text})
    data = checks.success(api.get(f"/user/{user.id}"))
    assert data.keys() == user.record(text=text).keys()
    assert len(data["text"]) == len(text)
    assert data["text"] == text


@pytest.mark.promise("record-returned")
def test_removed_user_is_not_found(api: Client, users: Users) -> None:
    """Read consistently, and cached nowhere on the way."""
    user = users.put()
    checks.success(api.get(f"/user/{user.id}"))
    users.remove_all()
    checks.function_error(api.get(f"/user/{user.id}"), 404, "USER_NOT_FOUND")


@pytest.mark.promise("record-returned", "etag-follows-data")
def test_changed_record_is_seen_at_once(api: Client, users: Users) -> None:
    user_id = new_id()
    for version in range(3):
        user = users.put(user_id, version={"N": str(version)})
        checks.record(api.get(f"/user/{user_id}"), user.record(version=Decimal(version)))


@pytest.mark.promise("query-route-same")
def test_both_routes_answer_alike(api: Client, users: Users) -> None:
    user = users.put(**STORED_VALUES)
    by_path, by_query = api.get(f"/user/{user.id}"), api.get(f"/user?userId={user.id}")
    assert _lasting(by_path) == _lasting(by_query)


@pytest.mark.promise("record-returned", "query-route-same")
@pytest.mark.parametrize(
    "path", ["/user/{0}?userId={1}", "/user/{0}?x=1", "/user?userId={0}&x=1", "/user?x&userId={0}"]
)
def test_other_parameters_change_nothing(api: Client, users: Users, path: str) -> None:
    user, other = users.put(n={"N": "1"}), users.put(n={"N": "2"})
    checks.record(api.get(path.format(user.id, other.id)), user.record(n=Decimal(1)))


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
def test_answer_is_always_json(api: Client, users: Users, header: str) -> None:
    """Whatever else a client sends, the answer is the same."""
    user = users.put()
    name, _, value = header.partition(": ")
    checks.record(api.send("GET", f"/user/{user.id}", {name: value}), user.record())


@pytest.mark.promise("request-id-matches")
def test_request_ids_are_unique_and_not_chosen_by_client(api: Client, users: Users) -> None:
    path = f"/user/{users.put().id}"
    ids = [api.get(path, x_request_id=OTHER_ID).header("x-request-id") for _ in range(4)]
    assert len({*ids, OTHER_ID}) == 5


@pytest.mark.only("aws")
@pytest.mark.promise("request-id-matches")
def test_request_id_cannot_be_set_by_client(api: Client, users: Users, route: str) -> None:
    """API Gateway takes `x-amzn-RequestId` for the request's id, but not for its extended id.

    An answer of the function and one of the gateway itself.
    """
    for path in (route.format(users.put().id), "/user"):
        answer = api.get(path, x_amzn_requestid=OTHER_ID)
        body = checks.json_object(answer.body)
        assert body["requestId"] != OTHER_ID
        assert answer.header("x-request-id") == body["requestId"]
        assert body["requestId"] == answer.header("x-amz-apigw-id")


def _lasting(answer: Answer) -> tuple[object, ...]:
    """What does not change from one request to the next."""
    names = ("content-type", "etag", "cache-control", "vary", "x-content-type-options")
    body = checks.json_object(answer.body)
    return answer.status, [answer.header(name) for name in names], body.get("data")
