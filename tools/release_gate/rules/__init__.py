"""The rules, in modules by what they protect: a rule is a function under `@rule`.

Its docstring is the rule's sentence in the documentation, its name the id.
"""

from __future__ import annotations

from tools.release_gate.findings import RULES, Check
from tools.release_gate.rules import (  # noqa: F401 - each registers its rules
    access,
    alarms,
    clients,
    data,
    evidence,
    logs,
    permissions,
    stack,
)


def load() -> dict[str, Check]:
    """Return every rule by its id, in the order of the ids."""
    return {name: RULES[name] for name in sorted(RULES)}


def sentences() -> dict[str, str]:
    """Return the sentence of each rule by its id."""
    return {name: check.sentence for name, check in load().items()}
