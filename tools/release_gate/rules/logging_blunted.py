"""A function or the gateway logs less than before, in another form, or to another group."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import flag
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.method_settings import compared
from tools.release_gate.protection import lost

RULE = Rule(
    "logging-blunted",
    severity="high",
    why="An incident leaves no trace, or none that a search finds.",
)
LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "OFF")
LEVEL_SETTINGS = (
    "LoggingConfig/ApplicationLogLevel",
    "LoggingConfig/SystemLogLevel",
    "Environment/Variables/LOG_LEVEL",
)
SETTINGS = {"AWS::Lambda::Function": ["LoggingConfig/LogGroup", "LoggingConfig/LogFormat"]}


def findings(change: Change) -> Iterator[Finding]:
    yield from lost(change, RULE, SETTINGS)
    for pair in change.pairs("AWS::Lambda::Function"):
        for setting in LEVEL_SETTINGS:
            was, now = (f.at(setting) or "INFO" for f in (pair.before, pair.after))
            if _rank(now) > _rank(was):
                yield RULE.finding(pair.path, before=f"{setting} {was}", after=f"{setting} {now}")
    for pair in change.pairs("AWS::ApiGateway::Stage"):
        for method, old, new in compared(pair):
            was, now = old.get("LoggingLevel", "OFF"), new.get("LoggingLevel", "OFF")
            if _rank(now) > _rank(was):
                yield RULE.finding(pair.path, before=f"{method} {was}", after=f"{method} {now}")
            if (
                flag(old.get("MetricsEnabled")) is True
                and flag(new.get("MetricsEnabled")) is not True
            ):
                yield RULE.finding(
                    pair.path, before=f"metrics of {method}", after=f"no metrics of {method}"
                )


def _rank(level: object) -> int:
    """A level that is not known counts as no log."""
    return LEVELS.index(str(level)) if level in LEVELS else len(LEVELS)
