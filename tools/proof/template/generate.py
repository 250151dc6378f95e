"""All mutants of a template: every operator on every element, named, classed, without twins."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from ...template import Element, Template
from .edits import Draft, Mutant, fingerprint, pointer
from .operators import OPERATORS
from .tables import rows

# Must-kill classes: what these demand may be turned on without harm.
PROTECTIONS = ("encryption", "recovery", "deletion")


def mutants(template: Template) -> list[Mutant]:
    """Make every distinct mutant, sorted by name. The same template gives the same list.

    Where two operators make the same edit, the name of the first one is kept.
    """
    seen = {fingerprint(template, ())}
    found: dict[str, Mutant] = {}
    for group, operator in OPERATORS.items():
        for element in template.elements():
            for draft in operator(template, element):
                content = fingerprint(template, draft.edits)
                if content not in seen:
                    seen.add(content)
                    mutant = _named(group, element, draft)
                    if mutant.name in found:
                        raise AssertionError(f"two mutants are named {mutant.name}")
                    found[mutant.name] = mutant
    return [found[name] for name in sorted(found)]


def _named(group: str, element: Element, draft: Draft) -> Mutant:
    where = pointer(draft.path) + draft.inside
    variant = f"={draft.variant}" if draft.variant else ""
    mutant = Mutant(
        name=f"{element.name}#{where}:{draft.operator}{variant}",
        group=group,
        operator=draft.operator,
        element=element.path,
        type=element.type,
        pointer=where,
        description=f"{element.name}: {draft.description}",
        edits=draft.edits,
    )
    return dataclasses.replace(mutant, must_kill=_class_of(mutant))


def _class_of(mutant: Mutant) -> str | None:
    """Return the must-kill class of a mutant; None for a mutant of no such class."""
    if mutant.operator == "FLIP" and mutant.edits[0].value in (True, "true"):
        return next((name for name in _classes(mutant) if name not in PROTECTIONS), None)
    return next(_classes(mutant), None)


def _classes(mutant: Mutant) -> Iterator[str]:
    variant = mutant.name.rpartition("=")[2] if "=" in mutant.name else ""
    for rule in rows("must_kill.toml", "rule"):
        if (
            re.search(rule.get("type", ""), mutant.type)
            and re.search(rule.get("pointer", ""), mutant.pointer)
            and re.fullmatch(rule.get("operator", ".*"), mutant.operator)
            and re.fullmatch(rule.get("variant", ".*"), variant)
        ):
            yield rule["class"]
