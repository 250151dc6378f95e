"""Items of a table or objects of a bucket start to expire."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import canonical, flag
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "expiry-enabled",
    severity="high",
    why="Records that have a time in that attribute, or match that rule, are deleted.",
)
SETTINGS = {
    "AWS::DynamoDB::GlobalTable": "TimeToLiveSpecification",
    "AWS::DynamoDB::Table": "TimeToLiveSpecification",
    "AWS::S3::Bucket": "LifecycleConfiguration",
}


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*SETTINGS):
        before, after = (r.at(SETTINGS[r.type]) or {} for r in (pair.before, pair.after))
        off = not after or flag(after.get("Enabled", True)) is False
        if not off and canonical(before) != canonical(after):
            yield RULE.finding(pair.path, before=canonical(before), after=canonical(after))
