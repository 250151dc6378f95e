"""An alarm tells nobody, or fewer than before: an action or a subscription is gone or off."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import flag
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "alarm-action-removed",
    severity="high",
    why="The alarm rings, and nobody hears it.",
)
TYPES = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*TYPES):
        kept = {str(action) for action in pair.after.at("AlarmActions") or []}
        for action in pair.before.at("AlarmActions") or []:
            if str(action) not in kept:
                yield RULE.finding(pair.path, before=action, after=", ".join(kept) or "no action")
        was, now = (flag(alarm.at("ActionsEnabled")) for alarm in (pair.before, pair.after))
        if was is not False and now not in (True, None):
            yield RULE.finding(pair.path, before="ActionsEnabled", after=f"ActionsEnabled {now}")
    for subscription in change.removed("AWS::SNS::Subscription"):
        yield RULE.finding(
            subscription.path, before=subscription.at("Endpoint") or subscription.id, after="gone"
        )
