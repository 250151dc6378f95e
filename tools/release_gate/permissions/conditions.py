"""Conditions of statements, and whether one set of them implies another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from .patterns import includes, includes_arn


@dataclass(frozen=True)
class Clause:
    """One operator on one key: true when the request's value fits any of `values`."""

    operator: str
    key: str
    values: frozenset[str]


class UnreadableError(ValueError):
    """An element of a policy is not what IAM's grammar has in its place."""


def read(condition: Any) -> frozenset[Clause]:
    """Return the clauses of a plain Condition element. Raises UnreadableError."""
    return frozenset(
        Clause(operator, _lower_key(key), _values(values))
        for operator, keys in _mapping(condition).items()
        for key, values in _mapping(keys).items()
    )


def imply(new: frozenset[Clause], old: frozenset[Clause]) -> bool:
    """Say whether every request that fulfils the new clauses fulfils the old ones."""
    return all(any(_implies(ours, theirs) for ours in new) for theirs in old)


def _implies(new: Clause, old: Clause) -> bool:
    if new == old:
        return True
    included = INCLUSIONS.get((new.operator, old.operator))
    if included is None or new.key != old.key:
        return False
    return all(any(included(outer, inner) for outer in old.values) for inner in new.values)


def _same(outer: str, inner: str) -> bool:
    return outer == inner


def _same_boolean(outer: str, inner: str) -> bool:
    return outer.lower() == inner.lower()


def _in_network(outer: str, inner: str) -> bool:
    try:
        ours, theirs = ip_network(inner, strict=False), ip_network(outer, strict=False)
        return ours.version == theirs.version and ours.subnet_of(theirs)  # type: ignore[arg-type]
    except ValueError:
        return outer == inner


# (new operator, old operator) -> whether a value of the old one includes a value of the new one.
# Negated operators, those of sets, IfExists and Null are implied by themselves alone.
INCLUSIONS: dict[tuple[str, str], Callable[[str, str], bool]] = {
    ("StringEquals", "StringEquals"): _same,
    ("StringEquals", "StringLike"): includes,
    ("StringLike", "StringLike"): includes,
    ("Bool", "Bool"): _same_boolean,
    ("IpAddress", "IpAddress"): _in_network,
    **{
        (new, old): includes_arn
        for new in ("ArnEquals", "ArnLike")
        for old in ("ArnEquals", "ArnLike")
    },
}


def _lower_key(key: str) -> str:
    """Condition keys have no case; the name of a tag behind the slash may."""
    name, slash, tag = key.partition("/")
    return name.lower() + slash + tag


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UnreadableError
    return value


def _values(value: Any) -> frozenset[str]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(v, str | bool | int | float) for v in values):
        raise UnreadableError
    return frozenset(str(v).lower() if isinstance(v, bool) else str(v) for v in values)
