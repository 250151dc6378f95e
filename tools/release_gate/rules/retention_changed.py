"""Logs, messages or records are kept for a shorter time than before, or without limit."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import number
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "retention-changed",
    severity="high",
    why="The traces of an incident are deleted too soon, or personal data is kept too long.",
)
UNLIMITED = float("inf")
# The setting, and its value where it is absent.
SETTINGS = {
    "AWS::Kinesis::Stream": ("RetentionPeriodHours", 24.0),
    "AWS::Logs::LogGroup": ("RetentionInDays", UNLIMITED),
    "AWS::SQS::Queue": ("MessageRetentionPeriod", 345_600.0),
}


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*SETTINGS):
        setting, absent = SETTINGS[pair.after.type]
        before = number(pair.before.at(setting), absent=absent)
        after = number(pair.after.at(setting), absent=absent)
        longer = before is not None and after is not None and before <= after < UNLIMITED
        if before != after and not longer:
            yield RULE.finding(
                pair.path, before=f"{setting} {_days(before)}", after=f"{setting} {_days(after)}"
            )


def _days(value: float | None) -> str:
    return "unknown" if value is None else "without limit" if value == UNLIMITED else f"{value:g}"
