"""The classes in which no mutant may survive, whatever the score: the rules of must_kill.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .edits import Mutant
from .tables import rows

# What these demand may be turned on without harm.
PROTECTIONS = ("encryption", "recovery", "deletion")


def class_of(mutant: Mutant) -> str | None:
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
