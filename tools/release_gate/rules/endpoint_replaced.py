"""The API, its stage or its domain is gone or replaced, so that its address changes."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "endpoint-replaced",
    severity="critical",
    why="Clients call an address that nobody answers.",
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
    reasons = change.replaced
    for pair in change.pairs(*TYPES):
        if pair.before.id != pair.after.id:
            yield RULE.finding(pair.path, before=pair.before.id, after=pair.after.id)
        elif pair.after.id in reasons:
            yield RULE.finding(pair.path, before=pair.before.id, after=reasons[pair.after.id])
