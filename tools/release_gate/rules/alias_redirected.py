"""The alias that the API calls points to another version than the one that the candidate
publishes, or divides requests between two versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "alias-redirected",
    severity="high",
    why="Code that this release did not publish answers users.",
)


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs("AWS::Lambda::Alias"):
        before, after = (alias.at("FunctionVersion") for alias in (pair.before, pair.after))
        if before != after and not _is_published(change, after):
            yield RULE.finding(pair.path, before=before, after=after)
        weights = pair.after.at("RoutingConfig")
        if weights and weights != pair.before.at("RoutingConfig"):
            yield RULE.finding(pair.path, before="one version", after=weights)


def _is_published(change: Change, version: Any) -> bool:
    """Tell whether it is a version that the candidate publishes."""
    return any(
        version == f"${{{resource.id}.Version}}"
        for resource in change.candidate_resources.values()
        if resource.type == "AWS::Lambda::Version"
    )
