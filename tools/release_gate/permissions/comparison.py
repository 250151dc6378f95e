"""What a candidate's policies allow, or no longer deny, beside those of the deployed template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .holders import Held, Holders
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
    found = [*_of_holders(deployed, candidate), *_of_roles(deployed, candidate)]
    return list(dict.fromkeys(found))


def _of_holders(deployed: Holders, candidate: Holders) -> Iterator[Widening]:
    for holder, new in candidate.statements.items():
        yield from _granted(deployed.statements.get(holder, []), new)
    for holder, old in deployed.statements.items():
        if not _is_gone(holder, deployed, candidate):
            yield from _undenied(old, candidate.statements.get(holder, []))


def _of_roles(deployed: Holders, candidate: Holders) -> Iterator[Widening]:
    """A resource that was there before and now runs as another role."""
    for (resource, place), role in candidate.roles.items():
        before = deployed.roles.get((resource, place))
        if resource in deployed.resources and before != role:
            old = deployed.of_role(before) if before else []
            new = candidate.of_role(role)
            construct = candidate.resources[resource].construct
            for found in (*_granted(old, new), *_undenied(old, new)):
                yield Widening(construct, found.before, found.after)


def _granted(old: list[Held], new: list[Held]) -> Iterator[Widening]:
    for held in new:
        if held.statement.effect != "Deny" and not _is_covered(held.statement, old):
            before = _closest(held.statement, old) or "not allowed"
            yield Widening(held.construct, before, readable(held.statement.text))


def _undenied(old: list[Held], new: list[Held]) -> Iterator[Widening]:
    for held in old:
        if held.statement.effect != "Allow" and not _is_covered(held.statement, new):
            after = _closest(held.statement, new) or "not denied"
            yield Widening(held.construct, readable(held.statement.text), after)


def _is_covered(statement: Statement, others: list[Held]) -> bool:
    """Each action on each resource by each principal is inside one of the others."""
    return all(any(atom.within(other.statement) for other in others) for atom in statement.atoms())


def _closest(statement: Statement, others: list[Held]) -> str:
    """The statement of the same effect that shares the most with this one; "" if none does."""

    def shared(other: Statement) -> int:
        overlap = len(statement.action.patterns & other.action.patterns)
        return 2 * overlap + (statement.resource == other.resource) if overlap else 0

    same = [held.statement for held in others if held.statement.effect == statement.effect]
    best = max(same, key=shared, default=None)
    return readable(best.text) if best and shared(best) else ""


def _is_gone(holder: str, deployed: Holders, candidate: Holders) -> bool:
    """Everything that the statements held for has left the stack and is deleted."""
    known = tokens_in(holder) & deployed.resources.keys()
    return bool(known) and not any(
        token in candidate.resources or deployed.resources[token].retained for token in known
    )
