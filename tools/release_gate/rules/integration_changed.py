"""A route is answered by something else than before."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "integration-changed",
    severity="high",
    why="Requests of users reach another function, another version of it, or another host.",
)
# The pointer of each type to its target.
TARGETS = {
    "AWS::ApiGateway::Method": "Integration/{}",
    "AWS::ApiGatewayV2::Integration": "Integration{}",
}
PARTS = ("Type", "Uri", "IntegrationHttpMethod", "Credentials", "ConnectionType", "ConnectionId")


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*TARGETS):
        before, after = _target(pair.before), _target(pair.after)
        if before != after:
            yield RULE.finding(pair.path, before=before, after=after)


def _target(resource: Resource) -> str:
    values = (resource.at(TARGETS[resource.type].format(part)) for part in PARTS)
    return " ".join(str(value) for value in values if value)
