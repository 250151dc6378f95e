"""Inclusion of every short pattern and condition in every other, by what they match."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations, product
from random import Random
from typing import Any

import pytest

from tools.release_gate.permissions import conditions
from tools.release_gate.permissions.patterns import includes, includes_action, includes_arn
from tools.release_gate.permissions.statements import NOTHING, Selector

from .evaluator import fits, fits_arn, holds

SYMBOLS = ["a", "*", "?", "${T}", "$!{v}"]
PATTERNS = ["".join(text) for size in (1, 2, 3) for text in product(SYMBOLS, repeat=size)]
TEXTS = ["".join(text) for size in range(4) for text in product("ab*", repeat=size)]
# A token is resolved before IAM sees it, a policy variable in the request.
TOKENS, VARIABLES = ["", "a", "ab", "*", "?"], ["", "a", "*", "ba"]


def grid(holds_in: Iterable[bool]) -> int:
    return sum(1 << place for place, held in enumerate(holds_in) if held)


def matches(pattern: str) -> int:
    """Which texts a pattern matches, for each value of the token and the variable."""
    resolved = product(TOKENS, VARIABLES)
    contexts = [(pattern.replace("${T}", token), {"v": value}) for token, value in resolved]
    return grid(
        fits(text.replace("$!{", "${"), value, context)
        for text, context in contexts
        for value in TEXTS
    )


def unsound(grids: dict[Any, int], included: Callable[[Any, Any], bool]) -> list[tuple[Any, Any]]:
    return [
        (outer, inner)
        for outer, inner in product(grids, repeat=2)
        if grids[inner] & ~grids[outer] and included(outer, inner)
    ]


def test_pattern_matches_what_it_includes() -> None:
    grids = {pattern: matches(pattern) for pattern in PATTERNS}
    assert unsound(grids, includes) == []


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("*", "a"),
        ("*", "*"),
        ("a*", "ab"),
        ("a*b", "a?*b"),
        ("a?", "ab"),
        ("*:*", "s3:Get*"),
        ("${T}*", "${T}/index/*"),
        ("*", "${T}"),
        ("a*", "a$!{aws:username}"),
        ("$!{*}", "$!{*}"),
    ],
)
def test_pattern_includes_narrower_one(outer: str, inner: str) -> None:
    assert includes(outer, inner)


@pytest.mark.parametrize(
    ("outer", "inner", "included"),
    [
        ("s3:get*", "S3:GetObject", True),
        ("S3:GET*", "s3:getobject", True),
        ("s3:${Name}", "S3:${Name}", True),
        ("s3:${Name}", "S3:${NAME}", False),
        ("s3:Get*", "s3:*", False),
    ],
)
def test_case_of_action_means_nothing(outer: str, inner: str, included: bool) -> None:
    assert includes_action(outer, inner) is included


def test_selector_selects_what_is_within_it() -> None:
    patterns = ["a", "A", "b*", "*", "?", "a?"]
    sets = [frozenset(some) for size in (1, 2) for some in combinations(patterns, size)]
    selectors = [Selector(some, negated) for some in sets for negated in (False, True)]
    grids = {
        selector: grid(
            any(fits(p.lower(), text, None) for p in selector.patterns) != selector.negated
            for text in TEXTS
        )
        for selector in selectors
    }
    assert unsound(grids, lambda outer, inner: inner.within(outer, includes_action)) == []


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        (Selector(frozenset({"a"})), Selector(frozenset({"a", "b"}))),
        (Selector(frozenset({"a", "b"}), negated=True), Selector(frozenset({"a"}), negated=True)),
        (Selector(frozenset({"a*"}), negated=True), Selector(frozenset({"ab"}), negated=True)),
        (Selector(frozenset({"a"}), negated=True), Selector(frozenset({"*"}))),
        (NOTHING, NOTHING),
    ],
)
def test_narrower_selector_is_within(inner: Selector, outer: Selector) -> None:
    assert inner.within(outer, includes_action)


def test_absent_element_is_within_absent_one_alone() -> None:
    assert not NOTHING.within(Selector(frozenset({"*"})), includes_action)
    assert not Selector(frozenset({"a"})).within(NOTHING, includes_action)


ARNS = [
    *(
        f"arn:aws:{service}:{region}:1:{name}"
        for service in "a*"
        for region in ("", "b", "*")
        for name in ("c", "*", "c*", "d:*")
    ),
    *("*", "arn:*", "arn:aws:a:*", "arn:*:c", "arn:aws:*:1:c", "arn:aws:a:b:1:*:d", "a*"),
]
NAMES = [
    *(
        f"arn:aws:{service}:{region}:1:{name}"
        for service in "az"
        for region in ("", "b", "z")
        for name in ("c", "cz", "d:e")
    ),
    *("arn:aws:a", "arn:aws:a:b:c:1:c", "az"),
]


@pytest.mark.parametrize("matched", [fits, fits_arn])
def test_arn_matches_what_it_includes(matched: Callable[[str, str, None], bool]) -> None:
    grids = {arn: grid(arn == "*" or matched(arn, name, None) for name in NAMES) for arn in ARNS}
    assert unsound(grids, includes_arn) == []


OPERATORS = [
    *("StringEquals", "StringLike", "StringNotEquals", "StringEqualsIgnoreCase"),
    *("StringEqualsIfExists", "StringLikeIfExists", "Null"),
    *("ForAnyValue:StringEquals", "ForAllValues:StringEquals", "ForAnyValue:StringLike"),
]
OPERANDS = ["alice", ["alice", "bob"], "a*", ["*"], "ALICE", "${aws:other}", "${*}", "?????"]
ARN_OPERATORS = ["ArnLike", "ArnEquals", "StringLike"]
CLAUSES: list[tuple[str, str, Any]] = [
    *((operator, "aws:name", value) for operator in OPERATORS[:6] for value in OPERANDS),
    *((operator, "aws:names", value) for operator in OPERATORS[7:] for value in OPERANDS[:4]),
    *(
        ("Null", name, value)
        for name in ("aws:name", "AWS:Name")
        for value in (True, "true", False)
    ),
    *(("StringEquals", name, "alice") for name in ("AWS:NAME", "aws:other")),
    *(("StringEquals", name, "alice") for name in ("aws:tag/A", "aws:tag/a")),
    *(("Bool", "aws:flag", value) for value in (True, "True", False, ["true", "false"])),
    *(("NumericLessThan", "aws:age", value) for value in (1, "10", [1, 10])),
    *(("IpAddress", "aws:ip", value) for value in ("10.0.0.0/8", "10.1.0.0/16", ["10.0.0.0/9"])),
    *((operator, "aws:arn", "arn:aws:a:b:1:*") for operator in ARN_OPERATORS),
    *((operator, "aws:arn", "arn:aws:*:b:1:*") for operator in ARN_OPERATORS),
]
POOL: dict[str, list[Any]] = {
    "aws:name": [None, "alice", "bob", "ALICE", "*", "eve"],
    "aws:other": [None, "alice", "bob"],
    "aws:names": [None, [], ["alice"], ["bob"], ["alice", "bob"], ["eve", "alice"]],
    "aws:tag/A": [None, "alice"],
    "aws:tag/a": [None, "alice"],
    "aws:flag": [None, "true", "false"],
    "aws:age": [None, "0", "5", "50"],
    "aws:ip": [None, "10.1.2.3", "10.2.0.1", "10.200.0.1", "11.0.0.1"],
    "aws:arn": [None, "arn:aws:a:b:1:c", "arn:aws:z:b:1:c", "arn:aws:a:b:1:c:d:e"],
}


def contexts(count: int) -> list[dict[str, Any]]:
    random = Random(0)
    found = []
    for _ in range(count):
        drawn = {key: random.choice(values) for key, values in POOL.items()}
        found.append({key: value for key, value in drawn.items() if value is not None})
    return found


def clauses_of(*clauses: tuple[str, str, Any]) -> frozenset[conditions.Clause]:
    """The clauses as the rule reads them."""
    found: set[conditions.Clause] = set()
    for operator, key, value in clauses:
        plain = [v.replace("${", "$!{") if isinstance(v, str) else v for v in listed(value)]
        found |= conditions.read({operator: {key: plain}})
    return frozenset(found)


def clause_grid(operator: str, key: str, value: Any, cases: list[dict[str, Any]]) -> int:
    """In which contexts a clause holds."""
    texts = [str(v).lower() if isinstance(v, bool) else str(v) for v in listed(value)]
    return grid(holds(operator, key, texts, context, True) for context in cases)


def test_condition_holds_where_one_holds_that_implies_it() -> None:
    cases = contexts(400)
    one = [(clause_grid(*clause, cases), clauses_of(clause)) for clause in CLAUSES]
    two = [(a[0] & b[0], a[1] | b[1]) for a, b in combinations(one, 2)]
    wrong = [
        (new, old)
        for (new_grid, new), (old_grid, old) in product([*one, *two], one)
        if new_grid & ~old_grid and conditions.imply(new, old)
    ]
    assert wrong == []


def test_condition_implies_each_clause_of_old_one() -> None:
    old = clauses_of(("Bool", "aws:flag", True), ("StringLike", "aws:name", "a*"))
    new = clauses_of(("Bool", "aws:flag", "true"), ("StringEquals", "AWS:Name", ["alice", "ada"]))
    assert conditions.imply(new, old)
    assert not conditions.imply(old, new)
    assert not conditions.imply(clauses_of(("Bool", "aws:flag", True)), old)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
