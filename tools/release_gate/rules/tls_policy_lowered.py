"""An API or a domain accepts older TLS versions or weaker ciphers than before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import lost

RULE = Rule(
    "tls-policy-lowered",
    severity="critical",
    why="An attacker can make a client use a connection that others can read.",
)
# Security policies of API Gateway: the floor, then what is better about the ciphers.
_FLOORS = (("TLS13_1_3", 13), ("TLS13", 12), ("TLS_1_2", 12), ("TLS12", 12))
_TRAITS = ("FIPS", "PFS", "PQ")
MODES = {
    "AWS::ApiGateway::DomainName": ["EndpointAccessMode", "MutualTlsAuthentication"],
    "AWS::ApiGateway::RestApi": ["EndpointAccessMode"],
}


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*MODES):
        before, after = pair.before.at("SecurityPolicy"), pair.after.at("SecurityPolicy")
        if before != after and not _as_strong(after, before):
            yield RULE.finding(pair.path, before=before or "default", after=after or "default")
    yield from (
        finding
        for finding in lost(change, RULE, MODES)
        if finding.after != "EndpointAccessMode STRICT"
    )


def _as_strong(after: Any, before: Any) -> bool:
    """Tell whether a policy has the floor and every trait of the other."""
    traits = all(trait not in str(before) or trait in str(after) for trait in _TRAITS)
    return _floor(after) >= _floor(before) and traits


def _floor(policy: Any) -> int:
    """The oldest TLS version, times ten; without a policy a regional API takes TLS 1.0."""
    name = re.sub(r"^SecurityPolicy_", "", str(policy))
    return next((floor for prefix, floor in _FLOORS if name.startswith(prefix)), 10)
