"""All mutants of a template: every operator on every element, named, without twins."""

from __future__ import annotations

import dataclasses

from ...template import Element, Template
from . import must_kill
from .edits import Draft, Mutant, fingerprint, pointer
from .operators import OPERATORS


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
    return dataclasses.replace(mutant, must_kill=must_kill.class_of(mutant))
