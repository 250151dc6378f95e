"""The gateway writes complete requests and answers to its log."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import flag
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.method_settings import DEFAULT, method_settings

RULE = Rule(
    "body-logging-enabled",
    severity="critical",
    why="Everybody who may read the log sees the records and credentials of users.",
)


def findings(change: Change) -> Iterator[Finding]:
    known = {pair.after.id: method_settings(pair.before) for pair in change.pairs()}
    for stage in change.candidate_resources.values():
        if stage.type == "AWS::ApiGateway::Stage":
            before = known.get(stage.id, {})
            for method, settings in method_settings(stage).items():
                was = before.get(method, before.get(DEFAULT, {})).get("DataTraceEnabled", False)
                now = settings.get("DataTraceEnabled", False)
                if flag(now) not in (False, flag(was)):
                    yield RULE.finding(
                        stage.path,
                        before=f"DataTraceEnabled of {method}: {was}",
                        after=f"DataTraceEnabled of {method}: {now}",
                    )
