"""A request that was accepted is refused, because a parameter, a model, an API key or a signature
is now required."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource, canonical, flag
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.routes import authorization, named_routes

RULE = Rule(
    "request-tightened",
    severity="high",
    why="Existing clients get an error.",
)


def findings(change: Change) -> Iterator[Finding]:
    after = named_routes(change.candidate_resources)
    for name, before in named_routes(change.deployed_resources).items():
        if name in after:
            for demand in sorted(_demands(after[name]) - _demands(before)):
                yield RULE.finding(after[name].path, before=f"{name} without it", after=demand)


def _demands(method: Resource) -> set[str]:
    parameters = method.at("RequestParameters") or {}
    found = {f"{name} is required" for name, needed in parameters.items() if flag(needed) is True}
    if method.at("RequestModels"):
        found.add(f"a body of {canonical(method.at('RequestModels'))}")
    if flag(method.at("ApiKeyRequired")) is True:
        found.add("an API key is required")
    if authorization(method) != "NONE":
        found.add("a signature is required")
    return found
