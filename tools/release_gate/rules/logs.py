"""Logs and traces: what is written, where to, and for how long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.release_gate.comparison import Resource, flag, number
from tools.release_gate.findings import Change, Difference, rule
from tools.release_gate.method_settings import DEFAULT, compared, method_settings
from tools.release_gate.protection import differing, lost

ACCESS_LOGS = {
    "AWS::ApiGateway::Stage": "AccessLogSetting",
    "AWS::ApiGatewayV2::Stage": "AccessLogSettings",
}
_VARIABLE = re.compile(r"\$context\.[A-Za-z.]+")


@rule(severity="high", why="There is no longer a record of who called what, and with which result.")
def access_log_blunted(change: Change) -> Iterator[Difference]:
    """The gateway's access log is turned off, is written elsewhere, or lacks a field."""
    for pair in change.pairs(*ACCESS_LOGS):
        before, after = _destination(pair.before), _destination(pair.after)
        if before and before != after:
            yield Difference(pair.path, before=before, after=after or "no access log")
        for field in (
            sorted(_logged_fields(pair.before) - _logged_fields(pair.after)) if after else ()
        ):
            yield Difference(pair.path, before=field, after="left out")


def _destination(stage: Resource) -> str:
    return str((stage.at(ACCESS_LOGS[stage.type]) or {}).get("DestinationArn", ""))


def _logged_fields(stage: Resource) -> set[str]:
    return set(_VARIABLE.findall(str((stage.at(ACCESS_LOGS[stage.type]) or {}).get("Format", ""))))


LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "OFF")
LEVEL_SETTINGS = (
    "LoggingConfig/ApplicationLogLevel",
    "LoggingConfig/SystemLogLevel",
    "Environment/Variables/LOG_LEVEL",
)
LOG_TARGETS = {"AWS::Lambda::Function": ["LoggingConfig/LogGroup", "LoggingConfig/LogFormat"]}


@rule(severity="high", why="An incident leaves no trace, or none that a search finds.")
def logging_blunted(change: Change) -> Iterator[Difference]:
    """A function or the gateway logs less than before, in another form, or to another group."""
    yield from lost(change, LOG_TARGETS)
    for pair in change.pairs("AWS::Lambda::Function"):
        for setting in LEVEL_SETTINGS:
            was, now = (f.at(setting) or "INFO" for f in (pair.before, pair.after))
            if _rank(now) > _rank(was):
                yield Difference(pair.path, before=f"{setting} {was}", after=f"{setting} {now}")
    for pair in change.pairs("AWS::ApiGateway::Stage"):
        for method, old, new in compared(pair):
            was, now = old.get("LoggingLevel", "OFF"), new.get("LoggingLevel", "OFF")
            if _rank(now) > _rank(was):
                yield Difference(pair.path, before=f"{method} {was}", after=f"{method} {now}")
            if (
                flag(old.get("MetricsEnabled")) is True
                and flag(new.get("MetricsEnabled")) is not True
            ):
                yield Difference(
                    pair.path, before=f"metrics of {method}", after=f"no metrics of {method}"
                )


def _rank(level: object) -> int:
    """A level that is not known counts as no log."""
    return LEVELS.index(str(level)) if level in LEVELS else len(LEVELS)


@rule(
    severity="critical",
    why="Everybody who may read the log sees the records and credentials of users.",
)
def body_logging_enabled(change: Change) -> Iterator[Difference]:
    """The gateway writes complete requests and answers to its log."""
    known = {pair.after.id: method_settings(pair.before) for pair in change.pairs()}
    for stage in change.candidate_resources.values():
        if stage.type == "AWS::ApiGateway::Stage":
            before = known.get(stage.id, {})
            for method, settings in method_settings(stage).items():
                was = before.get(method, before.get(DEFAULT, {})).get("DataTraceEnabled", False)
                now = settings.get("DataTraceEnabled", False)
                if flag(now) not in (False, flag(was)):
                    yield Difference(
                        stage.path,
                        before=f"DataTraceEnabled of {method}: {was}",
                        after=f"DataTraceEnabled of {method}: {now}",
                    )


LOG_GROUP = "AWS::Logs::LogGroup"
CLASS = {LOG_GROUP: {"LogGroupClass": "STANDARD"}}


@rule(
    severity="high", why="The logs of the last days are deleted, or cannot be searched as before."
)
def log_group_removed(change: Change) -> Iterator[Difference]:
    """A log group is removed, replaced, or changed to a class without metrics and live queries."""
    for group in change.removed(LOG_GROUP):
        yield Difference(group.path, before=group.id, after="gone")
    for pair, now in change.renewed(LOG_GROUP):
        yield Difference(pair.path, before=pair.before.id, after=now)
    yield from differing(change, CLASS)


UNLIMITED = float("inf")
# The setting, and its value where it is absent.
RETENTION = {
    "AWS::Kinesis::Stream": ("RetentionPeriodHours", 24.0),
    "AWS::Logs::LogGroup": ("RetentionInDays", UNLIMITED),
    "AWS::SQS::Queue": ("MessageRetentionPeriod", 345_600.0),
}


@rule(
    severity="high",
    why="The traces of an incident are deleted too soon, or personal data is kept too long.",
)
def retention_changed(change: Change) -> Iterator[Difference]:
    """Logs, messages or records are kept for a shorter time than before, or without limit."""
    for pair in change.pairs(*RETENTION):
        setting, absent = RETENTION[pair.after.type]
        before = number(pair.before.at(setting), absent=absent)
        after = number(pair.after.at(setting), absent=absent)
        longer = before is not None and after is not None and before <= after < UNLIMITED
        if before != after and not longer:
            yield Difference(
                pair.path, before=f"{setting} {_days(before)}", after=f"{setting} {_days(after)}"
            )


def _days(value: float | None) -> str:
    return "unknown" if value is None else "without limit" if value == UNLIMITED else f"{value:g}"


@rule(severity="medium", why="It is unknown where a slow request spends its time.")
def tracing_removed(change: Change) -> Iterator[Difference]:
    """A function or the gateway no longer traces requests."""
    return lost(
        change,
        {
            "AWS::ApiGateway::Stage": ["TracingEnabled"],
            "AWS::Lambda::Function": ["TracingConfig/Mode"],
            "AWS::StepFunctions::StateMachine": ["TracingConfiguration/Enabled"],
        },
    )
