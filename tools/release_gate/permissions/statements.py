"""Policy statements as IAM reads them, and whether one lies inside another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .conditions import Clause, UnreadableError, imply
from .conditions import read as clauses
from .patterns import includes_action, includes_arn

Includes = Callable[[str, str], bool]
DOCUMENT = {"Version", "Id", "Statement"}
ELEMENTS = {"Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"}
EVERYONE = "*"


@dataclass(frozen=True)
class Selector:
    """What one element selects: the patterns, or (NotAction and the like) all but them."""

    patterns: frozenset[str]
    negated: bool = False

    def within(self, outer: Selector, includes: Includes) -> bool:
        """Say whether `outer` selects all that this selects; in doubt it does not."""
        if NOTHING in (self, outer):
            return self == outer
        if outer.negated:
            return self.negated and _all_included(outer.patterns, self.patterns, includes)
        if self.negated:
            return "*" in outer.patterns
        return _all_included(self.patterns, outer.patterns, includes)

    def parts(self) -> list[Selector]:
        """Return one selector for each pattern; what is negated or absent cannot be cut."""
        if self.negated or self == NOTHING:
            return [self]
        return [Selector(frozenset({pattern})) for pattern in sorted(self.patterns)]


NOTHING = Selector(frozenset())


@dataclass(frozen=True)
class Statement:
    """One statement; an element that it lacks selects NOTHING, which is inside NOTHING alone.

    A statement that cannot be read has the effect Unknown, and is known by its text alone.
    `construct` is the path of the resource that says it.
    """

    effect: Literal["Allow", "Deny", "Unknown"]
    text: str
    action: Selector = NOTHING
    resource: Selector = NOTHING
    principal: Selector = NOTHING
    conditions: frozenset[Clause] = frozenset()
    construct: str = field(default="", compare=False)

    def atoms(self) -> Iterator[Statement]:
        """Yield the statement cut into single actions, resources and principals."""
        for action in self.action.parts():
            for resource in self.resource.parts():
                for principal in self.principal.parts():
                    yield replace(self, action=action, resource=resource, principal=principal)

    def within(self, outer: Statement) -> bool:
        """Say whether `outer` speaks of every request that this one speaks of."""
        if "Unknown" in (self.effect, outer.effect):
            return self == outer
        return (
            self.effect == outer.effect
            and self.action.within(outer.action, includes_action)
            and self.resource.within(outer.resource, includes_arn)
            and _principal_within(self.principal, outer.principal)
            and imply(self.conditions, outer.conditions)
        )


def in_document(document: Any) -> list[Statement]:
    """Return the statements of a plain policy document; one Unknown one if it cannot be read."""
    if not _is_readable(document):
        return [unknown(document)]
    statements = document["Statement"]
    return [read(s) for s in (statements if isinstance(statements, list) else [statements])]


def read(statement: Any) -> Statement:
    """Return a plain statement; one of effect Unknown if it cannot be read."""
    try:
        return _read(statement)
    except UnreadableError:
        return unknown(statement)


def unknown(value: Any) -> Statement:
    """Return the statement that anything which cannot be read counts as."""
    return Statement("Unknown", json.dumps(value, sort_keys=True))


def _is_readable(document: Any) -> bool:
    """Before version 2012-10-17 a policy variable was plain text."""
    if not isinstance(document, Mapping) or not {"Statement"} <= set(document) <= DOCUMENT:
        return False
    version = document.get("Version", "2008-10-17")
    older = version == "2008-10-17" and "$!{" not in json.dumps(document)
    return older or version == "2012-10-17"


def _read(statement: Any) -> Statement:
    if not isinstance(statement, Mapping):
        raise UnreadableError
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny") or set(statement) - ELEMENTS - {
        "Sid",
        "Effect",
        "Condition",
    }:
        raise UnreadableError
    action = _selector(statement, "Action", _texts)
    if action == NOTHING:
        raise UnreadableError
    return Statement(
        effect=effect,
        text=json.dumps(statement),
        action=action,
        resource=_selector(statement, "Resource", _texts),
        principal=_selector(statement, "Principal", _principals),
        conditions=clauses(statement.get("Condition", {})),
    )


def _selector(
    statement: Mapping[str, Any], element: str, read_values: Callable[[Any], list[str]]
) -> Selector:
    found = [key for key in (element, f"Not{element}") if key in statement]
    if not found:
        return NOTHING
    patterns = read_values(statement[found[0]])
    if len(found) > 1 or not patterns:
        raise UnreadableError
    return Selector(frozenset(patterns), negated=found[0] != element)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in values):
        raise UnreadableError
    return values


def _principals(value: Any) -> list[str]:
    if not isinstance(value, Mapping):
        value = {"AWS": value} if value == EVERYONE else {}
    found = [f"{kind}:{name}" for kind, names in value.items() for name in _texts(names)]
    return [EVERYONE if name == "AWS:*" else name for name in found]


def _principal_within(inner: Selector, outer: Selector) -> bool:
    """A principal is no pattern, and who else NotPrincipal spares is not for a text to tell."""
    if inner.negated or outer.negated or NOTHING in (inner, outer):
        return inner == outer
    return EVERYONE in outer.patterns or inner.patterns <= outer.patterns


def _all_included(inner: frozenset[str], outer: frozenset[str], includes: Includes) -> bool:
    return all(any(includes(theirs, ours) for theirs in outer) for ours in inner)
