"""The API, its stage or its domain is removed or replaced, or clients can no longer reach it."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import flag
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "endpoint-replaced",
    severity="critical",
    why="Clients call an address that no longer answers.",
)
TYPES = (
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Lambda::Url",
)


def findings(change: Change) -> Iterator[Finding]:
    for resource in change.removed(*TYPES):
        yield RULE.finding(resource.path, before=resource.type, after="gone")
    for pair, now in change.renewed(*TYPES):
        yield RULE.finding(pair.path, before=pair.before.id, after=now)
    for pair in change.pairs("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        was, now = (flag(a.at("DisableExecuteApiEndpoint")) for a in (pair.before, pair.after))
        if now not in (None, False, was):
            yield RULE.finding(pair.path, before="open", after=f"DisableExecuteApiEndpoint {now}")
        kinds = [
            api.at("EndpointConfiguration/Types") or ["EDGE"] for api in (pair.before, pair.after)
        ]
        if kinds[0] != kinds[1] and "PRIVATE" not in kinds[0]:
            yield RULE.finding(pair.path, before=kinds[0], after=kinds[1])
