"""One rule per module; a module's docstring is the rule's sentence in the documentation.

Each module has `RULE`, whose id is the module's name in kebab-case, and
`findings(change: Change) -> Iterator[Finding]`.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Protocol

from tools.release_gate.findings import Change, Finding, Rule


class RuleModule(Protocol):
    """What a module of this package offers."""

    RULE: Rule
    __doc__: str | None

    def findings(self, change: Change) -> Iterator[Finding]: ...


@functools.cache
def load() -> dict[str, RuleModule]:
    """Return every rule by its id, in the order of the ids."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules: list[RuleModule] = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {module.RULE.id: module for module in modules}


def sentences() -> dict[str, str]:
    """Return the sentence of each rule by its id."""
    return {name: " ".join((rule.__doc__ or "").split()) for name, rule in load().items()}
