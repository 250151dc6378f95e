"""DynamoDB's values as JSON, exactly."""

from __future__ import annotations

import json
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import users
from lambda_function import values
from tests_unit import checks, events
from tests_unit.conftest import Put
from tests_unit.fake_table import FakeTable, record


def written(value: dict[str, Any]) -> str:
    """The JSON text of one attribute's value."""
    text = values.record({"v": value})
    assert text.startswith('{"v":')
    assert text.endswith("}")
    return text[len('{"v":') : -1]


NUMBERS = [
    "0",
    "-0",
    "7",
    "0.1",
    "-0.5",
    "1E+2",
    "1e-7",
    "1E125",
    "1E-130",
    "9" * 38,
    "-" + "9" * 38,
    "0." + "1234567890" * 3 + "12345678",
    "12345678901234567890123456789012345.678",
    "9.9999999999999999999999999999999999999E+125",
]


@pytest.mark.promise("values-exact")
@pytest.mark.parametrize("digits", NUMBERS)
def test_number_keeps_every_digit(digits: str) -> None:
    assert written({"N": digits}) == digits


@pytest.mark.promise("values-exact")
@pytest.mark.parametrize(
    ("digits", "expected"),
    [("+1", "1"), (".5", "0.5"), ("007", "7"), ("5.", "5"), (" 8 ", "8"), ("-.5E1", "-5"),
     ("+1." + "0" * 36 + "1", "1." + "0" * 36 + "1")],
)  # fmt: skip
def test_number_is_written_as_json_does(digits: str, expected: str) -> None:
    assert written({"N": digits}) == expected


@pytest.mark.parametrize("digits", ["NaN", "Infinity", "-Infinity", "sNaN", "", "one", "0x1"])
def test_anything_but_number_is_error(digits: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        values.record({"v": {"N": digits}})


@pytest.mark.promise("values-exact")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"S": ""}, '""'),
        ({"S": 'Zoë "\\\n\u2028\U0001f600'}, '"Zo\\u00eb \\"\\\\\\n\\u2028\\ud83d\\ude00"'),
        ({"S": "\ud800"}, '"\\ud800"'),
        ({"BOOL": True}, "true"),
        ({"BOOL": False}, "false"),
        ({"NULL": True}, "null"),
        ({"B": b""}, '""'),
        ({"B": b"\x00\xff"}, '"AP8="'),
        ({"L": []}, "[]"),
        ({"M": {}}, "{}"),
        ({"L": [{"N": "2"}, {"L": [{"N": "1"}]}, {"NULL": True}]}, "[2,[1],null]"),
        ({"M": {"b": {"N": "1"}, "a": {"M": {"ü": {"S": "x"}}}}}, '{"a":{"\\u00fc":"x"},"b":1}'),
        ({"SS": ["b", "a", "ä", "B"]}, '["B","a","b","\\u00e4"]'),
        ({"NS": ["10", "9", "-1", "1E+1", "0.5"]}, "[-1,0.5,9,10,1E+1]"),
        ({"NS": ["1" * 38, "1" * 37 + "0"]}, f"[{'1' * 37}0,{'1' * 38}]"),
        ({"BS": [b"b", b"a", b"\xff"]}, '["YQ==","Yg==","/w=="]'),
    ],
)
def test_type_has_its_json(value: dict[str, Any], expected: str) -> None:
    assert written(value) == expected
    json.loads(written(value))


@pytest.mark.promise("values-exact")
def test_record_arrives_through_table(handler: Any, put: Put) -> None:
    put(
        big={"N": "9" * 38},
        third={"N": "0.33333333333333333333333333333333333333"},
        sets={"M": {"n": {"NS": ["10", "9"]}, "b": {"BS": [b"b", b"a"]}}},
        picture={"B": b"\x89PNG"},
        none={"NULL": True},
        empty={"S": ""},
        naïve={"L": [{"BOOL": False}, {"S": "日本"}]},
    )
    assert checks.data(checks.ask(handler, events.by_path())) == users.data(
        big=int("9" * 38),
        third=Decimal("0.33333333333333333333333333333333333333"),
        sets={"n": [9, 10], "b": ["YQ==", "Yg=="]},
        picture="iVBORw==",
        none=None,
        empty="",
        naïve=[False, "日本"],
    )


@pytest.mark.promise("values-exact")
@pytest.mark.parametrize("character", ["x", "\u0001", "é", '"'])
def test_record_of_400_kb_arrives(
    handler_on_fake: Any, fake_table: FakeTable, character: str
) -> None:
    text = character * (399_000 // len(character.encode()))
    fake_table.behaviour = record(text={"S": text})
    answer = checks.ask(handler_on_fake, events.by_path())
    assert checks.data(answer)["text"] == text
    assert len(json.dumps(answer)) < 6_000_000  # Lambda's limit of an answer


@pytest.mark.promise("values-exact")
def test_maps_and_lists_nest_as_deep_as_dynamodb_allows(
    handler_on_fake: Any, fake_table: FakeTable
) -> None:
    value: dict[str, Any] = {"S": "deep"}
    for level in range(31):
        value = {"M": {"m": value}} if level % 2 else {"L": [value]}
    fake_table.behaviour = record(value=value)
    assert "deep" in checks.ask(handler_on_fake, events.by_path())["body"]


NUMBER = st.decimals(allow_nan=False, allow_infinity=False, places=None).map(str)
TEXT = st.text(max_size=20)
SCALARS = st.one_of(
    TEXT.map(lambda text: {"S": text}),
    NUMBER.map(lambda digits: {"N": digits}),
    st.binary(max_size=20).map(lambda content: {"B": content}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.lists(TEXT, unique=True, max_size=4).map(lambda items: {"SS": items}),
    st.lists(NUMBER, max_size=4).map(lambda items: {"NS": items}),
    st.lists(st.binary(max_size=9), max_size=4).map(lambda items: {"BS": items}),
)
VALUES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: {"L": items}),
        st.dictionaries(TEXT, inner, max_size=4).map(lambda members: {"M": members}),
    ),
    max_leaves=12,
)


def plain(value: dict[str, Any]) -> Any:
    """The same value as Python objects, by another way than the function's."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return Decimal(content)
        case "B":
            return b64encode(content).decode()
        case "NULL":
            return None
        case "L":
            return [plain(item) for item in content]
        case "M":
            return {name: plain(item) for name, item in content.items()}
        case "SS":
            return sorted(content)
        case "NS":
            return sorted(map(Decimal, content))
        case "BS":
            return [b64encode(item).decode() for item in sorted(content)]
    return content


@pytest.mark.promise("values-exact")
@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_any_record_becomes_equal_json(attributes: dict[str, dict[str, Any]]) -> None:
    text = values.record(attributes)
    read = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    assert read == {name: plain(value) for name, value in attributes.items()}
    assert text == values.record(dict(reversed(attributes.items())))
