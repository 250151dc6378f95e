"""Which resources a change replaces, although they keep their logical ids."""

from __future__ import annotations

import re

from tools.release_gate.comparison import Comparison, Pair, canonical, values
from tools.template import schemas


def replaced(change: Comparison) -> dict[str, str]:
    """Return the reason by logical id of each resource that keeps its id and is replaced.

    A property that only creation sets has another value, or names a resource that is replaced.
    Both lists of cfn-lint's schemas count: properties that always replace, and under conditions.
    """
    pairs = list(change.pairs())
    new = {*change.moves.values(), *(resource.id for resource in change.added())}
    found = {pair.after.id: why for pair in pairs if (why := _changed(pair))}
    while more := {
        pair.after.id: why
        for pair in pairs
        if pair.after.id not in found and (why := _follows(pair, {*found, *new}))
    }:
        found |= more
    return found


def _changed(pair: Pair) -> str:
    for pointer in _create_only(pair.after.type):
        before, after = (
            values(pair.before.properties, pointer),
            values(pair.after.properties, pointer),
        )
        if canonical(before) != canonical(after):
            return f"{pointer} changed, which only creation sets"
    return ""


def _follows(pair: Pair, replaced: set[str]) -> str:
    for pointer in _create_only(pair.after.type):
        text = canonical(values(pair.after.properties, pointer))
        for name in sorted(replaced):
            if re.search(rf"\$\{{{name}[.}}]", text):
                return f"{pointer} names {name}, which is replaced"
    return ""


def _create_only(kind: str) -> list[str]:
    return [pointer.lstrip("/") for pointer in schemas.create_only(kind)]
