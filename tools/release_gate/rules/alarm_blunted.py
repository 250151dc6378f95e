"""An alarm goes off later than before, because of its threshold, period, number of periods,
statistic, comparison, or treatment of missing data."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource, number
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "alarm-blunted",
    severity="high",
    why="The failure lasts longer, or grows larger, before anybody learns of it.",
)
TYPE = "AWS::CloudWatch::Alarm"
SAME = ("ComparisonOperator", "Statistic", "ExtendedStatistic", "Unit")
# From missing data to an alarm: more to less.
MISSING = ("breaching", "missing", "ignore", "notBreaching")


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(TYPE):
        for setting in _later(pair.before, pair.after):
            before, after = pair.before.at(setting), pair.after.at(setting)
            yield RULE.finding(pair.path, before=f"{setting} {before}", after=f"{setting} {after}")


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
