"""A route or a method of the API is removed."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.routes import named_routes

RULE = Rule(
    "route-removed",
    severity="critical",
    why="Clients that call it get an error.",
)


def findings(change: Change) -> Iterator[Finding]:
    after = named_routes(change.candidate_resources)
    for name, method in named_routes(change.deployed_resources).items():
        if name not in after:
            yield RULE.finding(method.path, before=name, after="gone")
