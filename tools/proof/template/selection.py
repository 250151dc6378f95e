"""The mutants of a second stage that the run of the first one does not answer already."""

from __future__ import annotations

import dataclasses
import json
import re

from ...template import Element, Template
from .edits import Mutant
from .run import Plan


def differing(plan: Plan, reference: Template, *, reference_name: str) -> Plan:
    """Keep the mutants of elements that the reference does not have, or has otherwise.

    The mutants that are named for a promise stay, too. Elements are compared by construct path,
    with logical ids replaced by construct paths and each stage's own name by a mark.
    """
    known = _normal(reference, reference_name)
    own = _normal(plan.template, plan.name)
    new = {path for path, text in own.items() if text not in known.values()}
    chosen = tuple(m for m in plan.mutants if m.name in plan.named or _touched(m) & new)
    return dataclasses.replace(plan, mutants=chosen)


def _touched(mutant: Mutant) -> set[tuple[str | int, ...]]:
    changed = {
        edit.path[:2] for edit in mutant.edits if edit.action != "remove" or len(edit.path) > 2
    }
    return {mutant.element, *changed}


def _normal(template: Template, name: str) -> dict[tuple[str | int, ...], str]:
    return {element.path: _text(template, element, name) for element in template.elements()}


def _text(template: Template, element: Element, name: str) -> str:
    body = {key: value for key, value in element.body.items() if key != "Metadata"}
    text = json.dumps([element.name, body], sort_keys=True)
    text = re.sub(
        r'"([A-Za-z0-9]+)"', lambda found: json.dumps(template.names.get(found[1], found[1])), text
    )
    return re.sub(rf"(?<![a-z]){re.escape(name)}(?![a-z])", "<stage>", text)
