"""An existing method requires less authorization than before, or another kind."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource, flag
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.routes import authorization, is_open, named_routes

RULE = Rule(
    "authorization-weakened",
    severity="critical",
    why="Callers who were refused can reach the function.",
)


def findings(change: Change) -> Iterator[Finding]:
    after = named_routes(change.candidate_resources)
    for name, before in named_routes(change.deployed_resources).items():
        if name in after and _weaker(before, after[name]):
            yield RULE.finding(after[name].path, before=_shown(before), after=_shown(after[name]))


def _weaker(before: Resource, after: Resource) -> bool:
    if is_open(after):
        return not is_open(before)
    checked = authorization(before) != "NONE"
    no_key = (
        flag(before.at("ApiKeyRequired")) is True and flag(after.at("ApiKeyRequired")) is not True
    )
    return no_key or (checked and authorization(before) != authorization(after))


def _shown(method: Resource) -> str:
    key = ", with an API key" if flag(method.at("ApiKeyRequired")) is True else ""
    return f"{method.at('HttpMethod') or ''} {authorization(method)}{key}".strip()
