"""Alarms: what they watch, when they go off, and who hears them."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource, canonical, flag, number
from tools.release_gate.findings import Change, Difference, rule
from tools.template import listed

ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
WATCHED = ("Namespace", "MetricName", "Dimensions", "Metrics", "ThresholdMetricId", "AlarmRule")


@rule(severity="high", why="The failure that it reported goes unnoticed.")
def alarm_removed(change: Change) -> Iterator[Difference]:
    """An alarm is removed, or watches another metric."""
    for alarm in change.removed(*ALARMS):
        yield Difference(alarm.path, before=_watched(alarm), after="gone")
    for pair in change.pairs(*ALARMS):
        before, after = _watched(pair.before), _watched(pair.after)
        if before != after:
            yield Difference(pair.path, before=before, after=after)


def _watched(alarm: Resource) -> str:
    return canonical({name: alarm.at(name) for name in WATCHED if alarm.at(name)})


SAME = ("ComparisonOperator", "Statistic", "ExtendedStatistic", "Unit")
# From missing data to an alarm: more to less.
MISSING = ("breaching", "missing", "ignore", "notBreaching")


@rule(
    severity="high", why="The failure lasts longer, or grows larger, before anybody learns of it."
)
def alarm_blunted(change: Change) -> Iterator[Difference]:
    """An alarm goes off later than before, because of its threshold, period, number of periods,
    statistic, comparison, or treatment of missing data."""
    for pair in change.pairs("AWS::CloudWatch::Alarm"):
        for setting in _later(pair.before, pair.after):
            before, after = pair.before.at(setting), pair.after.at(setting)
            yield Difference(pair.path, before=f"{setting} {before}", after=f"{setting} {after}")


def _later(before: Resource, after: Resource) -> Iterator[str]:
    yield from (name for name in SAME if before.at(name) != after.at(name))
    was, now = (number(alarm.at("Threshold"), absent=0) for alarm in (before, after))
    below = str(after.at("ComparisonOperator")).startswith("LessThan")
    if was != now and (was is None or now is None or (now < was if below else now > was)):
        yield "Threshold"
    # A sum over a shorter period is smaller, so the alarm goes off later, too.
    if number(before.at("Period"), absent=0) != number(after.at("Period"), absent=0):
        yield "Period"
    if _periods(after) > _periods(before):
        yield "DatapointsToAlarm" if after.at("DatapointsToAlarm") else "EvaluationPeriods"
    if _missing(after) > _missing(before):
        yield "TreatMissingData"
    if before.at("EvaluateLowSampleCountPercentile") != after.at(
        "EvaluateLowSampleCountPercentile"
    ):
        yield "EvaluateLowSampleCountPercentile"


def _periods(alarm: Resource) -> float:
    """How many periods must breach."""
    needed = alarm.at("DatapointsToAlarm") or alarm.at("EvaluationPeriods")
    found = number(needed, absent=1)
    return float("inf") if found is None else found


def _missing(alarm: Resource) -> int:
    value = alarm.at("TreatMissingData") or "missing"
    return MISSING.index(value) if value in MISSING else len(MISSING)


MANAGED_KEY = "alias/aws/sns"


@rule(severity="high", why="The alarm rings, and nobody hears it.")
def alarm_action_removed(change: Change) -> Iterator[Difference]:
    """An alarm notifies fewer people than before: an action or a subscription is removed or
    disabled, or the topic refuses messages from CloudWatch.
    """
    for pair in change.pairs(*ALARMS):
        kept = {str(action) for action in pair.after.at("AlarmActions") or []}
        for action in pair.before.at("AlarmActions") or []:
            if str(action) not in kept:
                yield Difference(pair.path, before=action, after=", ".join(kept) or "no action")
        was, now = (flag(alarm.at("ActionsEnabled")) for alarm in (pair.before, pair.after))
        if was is not False and now not in (True, None):
            yield Difference(pair.path, before="ActionsEnabled", after=f"ActionsEnabled {now}")
    for subscription in change.removed("AWS::SNS::Subscription"):
        yield Difference(
            subscription.path, before=subscription.at("Endpoint") or subscription.id, after="gone"
        )
    for pair in change.pairs("AWS::SNS::TopicPolicy"):
        for service in sorted(_publishers(pair.before) - _publishers(pair.after)):
            yield Difference(pair.path, before=f"{service} may publish", after="it may not")
    for pair in change.pairs("AWS::SNS::Topic"):
        # CloudWatch cannot use the key that AWS manages.
        if pair.after.at("KmsMasterKeyId") == MANAGED_KEY != pair.before.at("KmsMasterKeyId"):
            yield Difference(pair.path, before="a key CloudWatch may use", after=MANAGED_KEY)


def _publishers(policy: Resource) -> set[str]:
    return {
        str(service)
        for statement in listed(policy.at("PolicyDocument/Statement"))
        if statement.get("Effect") == "Allow" and isinstance(statement.get("Principal"), dict)
        for service in listed(statement["Principal"].get("Service"))
    }
