"""The gateway's access log is turned off, is written elsewhere, or lacks a field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.release_gate.comparison import Resource
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "access-log-blunted",
    severity="high",
    why="There is no longer a record of who called what, and with which result.",
)
STAGES = {
    "AWS::ApiGateway::Stage": "AccessLogSetting",
    "AWS::ApiGatewayV2::Stage": "AccessLogSettings",
}
_VARIABLE = re.compile(r"\$context\.[A-Za-z.]+")


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs(*STAGES):
        before, after = _target(pair.before), _target(pair.after)
        if before and before != after:
            yield RULE.finding(pair.path, before=before, after=after or "no access log")
        for field in sorted(_fields(pair.before) - _fields(pair.after)) if after else ():
            yield RULE.finding(pair.path, before=field, after="left out")


def _target(stage: Resource) -> str:
    return str((stage.at(STAGES[stage.type]) or {}).get("DestinationArn", ""))


def _fields(stage: Resource) -> set[str]:
    return set(_VARIABLE.findall(str((stage.at(STAGES[stage.type]) or {}).get("Format", ""))))
