"""Another web origin may read the answers, any origin may, or answers allow credentials."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.cors import origins
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "origin-added",
    severity="high",
    why="Pages of that origin can read users' records in the browsers of their visitors.",
)


def findings(change: Change) -> Iterator[Finding]:
    before = origins(change.deployed_resources)
    for origin, path in origins(change.candidate_resources).items():
        if origin not in before:
            yield RULE.finding(path, before=", ".join(sorted(before)) or "none", after=origin)
