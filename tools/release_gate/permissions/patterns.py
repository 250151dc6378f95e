"""Inclusion of IAM's patterns: whether one matches all that another matches.

`*` matches any text and `?` any character. A token or policy variable, whose value nobody knows,
is included in itself and in `*` alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

SYMBOL = re.compile(r"\$!?\{[^}]*\}|.", re.DOTALL)
# A colon between the parts of an ARN, not one in a policy variable.
COLON = re.compile(r":(?![^{}]*\})")


@lru_cache(maxsize=65536)
def includes(outer: str, inner: str) -> bool:
    """Say whether `outer` matches every text that `inner` matches."""
    if outer in ("*", inner):
        return True
    pattern = SYMBOL.findall(outer)
    places = _past_stars(pattern, {0})
    for symbol in SYMBOL.findall(inner):
        taking = {place for place in places if place < len(pattern)}
        taking = {place for place in taking if _takes(pattern[place], symbol)}
        places = _past_stars(pattern, {place + (pattern[place] != "*") for place in taking})
    return len(pattern) in places


def includes_action(outer: str, inner: str) -> bool:
    """Say the same of actions, whose case means nothing."""
    return includes(_lower(outer), _lower(inner))


def includes_arn(outer: str, inner: str) -> bool:
    """Say the same of ARNs, each part by itself: IAM lets no wildcard reach past a colon."""
    if outer in ("*", inner) or not inner.startswith("arn:"):
        return includes(outer, inner)
    parts = COLON.split(outer, 5), COLON.split(inner, 5)
    return len(parts[0]) == len(parts[1]) == 6 and all(map(includes, *parts))


def _takes(outer: str, inner: str) -> bool:
    if inner == "*":
        return outer == "*"
    return outer in ("*", inner) or (outer == "?" and len(inner) == 1)


def _past_stars(pattern: list[str], places: set[int]) -> set[int]:
    """The places, and those behind stars that match nothing."""
    for place in sorted(places):
        while place < len(pattern) and pattern[place] == "*":
            place += 1
            places.add(place)
    return places


def _lower(text: str) -> str:
    return "".join(s if len(s) > 1 else s.lower() for s in SYMBOL.findall(text))
