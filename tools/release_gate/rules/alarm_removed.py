"""An alarm is removed, or watches another metric."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource, canonical
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "alarm-removed",
    severity="high",
    why="The failure that it reported goes unnoticed.",
)
TYPES = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
WATCHED = ("Namespace", "MetricName", "Dimensions", "Metrics", "ThresholdMetricId", "AlarmRule")


def findings(change: Change) -> Iterator[Finding]:
    for alarm in change.removed(*TYPES):
        yield RULE.finding(alarm.path, before=_watched(alarm), after="gone")
    for pair in change.pairs(*TYPES):
        before, after = _watched(pair.before), _watched(pair.after)
        if before != after:
            yield RULE.finding(pair.path, before=before, after=after)


def _watched(alarm: Resource) -> str:
    return canonical({name: alarm.at(name) for name in WATCHED if alarm.at(name)})
