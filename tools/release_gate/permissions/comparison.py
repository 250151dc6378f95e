"""What a candidate's policies allow, or no longer deny, beside those of the deployed template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .holders import Holders
from .statements import Statement
from .values import readable, tokens_in


@dataclass(frozen=True)
class Widening:
    """One statement that allows more, or denies less; the texts are one line each."""

    construct: str
    before: str
    after: str


def compare(deployed: Holders, candidate: Holders) -> list[Widening]:
    """Return every widening, each of them once."""
    return list(dict.fromkeys(_widenings(deployed, candidate)))


def _widenings(deployed: Holders, candidate: Holders) -> Iterator[Widening]:
    for holder, new in candidate.statements.items():
        yield from _granted(deployed.statements.get(holder, []), new)
    for holder, old in deployed.statements.items():
        if not _is_gone(holder, deployed, candidate):
            yield from _undenied(old, candidate.statements.get(holder, []))


def _granted(old: list[Statement], new: list[Statement]) -> Iterator[Widening]:
    for statement in new:
        if statement.effect != "Deny" and not _is_covered(statement, old):
            before = _closest(statement, old) or "not allowed"
            yield Widening(statement.construct, before, readable(statement.text))


def _undenied(old: list[Statement], new: list[Statement]) -> Iterator[Widening]:
    for statement in old:
        if statement.effect != "Allow" and not _is_covered(statement, new):
            after = _closest(statement, new) or "not denied"
            yield Widening(statement.construct, readable(statement.text), after)


def _is_covered(statement: Statement, others: list[Statement]) -> bool:
    """Each action on each resource by each principal is inside one of the others."""
    return all(any(atom.within(other) for other in others) for atom in statement.atoms())


def _closest(statement: Statement, others: list[Statement]) -> str:
    """The statement of the same effect that shares most actions, and then the resource."""

    def shared(other: Statement) -> tuple[int, bool]:
        actions = statement.action.patterns & other.action.patterns
        return len(actions), statement.resource == other.resource

    same = [other for other in others if other.effect == statement.effect and shared(other)[0]]
    return readable(max(same, key=shared).text) if same else ""


def _is_gone(holder: str, deployed: Holders, candidate: Holders) -> bool:
    """Everything that the statements held for has left the stack and is deleted."""
    known = tokens_in(holder) & deployed.resources.keys()
    return bool(known) and not any(
        token in candidate.resources or deployed.resources[token].retained for token in known
    )
