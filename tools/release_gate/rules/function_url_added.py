"""A function gets a URL of its own, or its URL requires another authorization."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "function-url-added",
    severity="critical",
    why="A function URL bypasses the gateway's throttling, validation, logs and TLS policy.",
)


def findings(change: Change) -> Iterator[Finding]:
    for url in change.added("AWS::Lambda::Url"):
        yield RULE.finding(url.path, before="no URL", after=f"AuthType {url.at('AuthType')}")
    for pair in change.pairs("AWS::Lambda::Url"):
        before, after = pair.before.at("AuthType"), pair.after.at("AuthType")
        if before != after:
            yield RULE.finding(pair.path, before=f"AuthType {before}", after=f"AuthType {after}")
