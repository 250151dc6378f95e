"""A new method can be called by anybody, and is not a preflight that the gateway itself answers."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.routes import is_open, named_routes

RULE = Rule(
    "open-method-added",
    severity="critical",
    why="It requires no signature, so its answers are public.",
)
# Definitions of a whole API, whose methods no resource shows.
BODIES = ("Body", "BodyS3Location")


def findings(change: Change) -> Iterator[Finding]:
    known = named_routes(change.deployed_resources)
    for name, method in named_routes(change.candidate_resources).items():
        if name not in known and is_open(method):
            yield RULE.finding(method.path, before="no such method", after=f"{name}: NONE")
    for api in change.candidate_resources.values():
        before = change.deployed_resources.get(api.id)
        for body in BODIES:
            is_api = api.type in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")
            if is_api and api.at(body) and (not before or before.at(body) != api.at(body)):
                yield RULE.finding(api.path, before="methods as resources", after=f"a new {body}")
