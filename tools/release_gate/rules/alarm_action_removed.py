"""An alarm notifies fewer people than before: an action or a subscription is removed or disabled,
or the topic refuses messages from CloudWatch."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource, flag
from tools.release_gate.findings import Change, Finding, Rule
from tools.template import listed

RULE = Rule(
    "alarm-action-removed",
    severity="high",
    why="The alarm rings, and nobody hears it.",
)
MANAGED_KEY = "alias/aws/sns"
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
    for pair in change.pairs("AWS::SNS::TopicPolicy"):
        for service in sorted(_publishers(pair.before) - _publishers(pair.after)):
            yield RULE.finding(pair.path, before=f"{service} may publish", after="it may not")
    for pair in change.pairs("AWS::SNS::Topic"):
        # CloudWatch cannot use the key that AWS manages.
        if pair.after.at("KmsMasterKeyId") == MANAGED_KEY != pair.before.at("KmsMasterKeyId"):
            yield RULE.finding(pair.path, before="a key CloudWatch may use", after=MANAGED_KEY)


def _publishers(policy: Resource) -> set[str]:
    return {
        str(service)
        for statement in listed(policy.at("PolicyDocument/Statement"))
        if statement.get("Effect") == "Allow" and isinstance(statement.get("Principal"), dict)
        for service in listed(statement["Principal"].get("Service"))
    }
