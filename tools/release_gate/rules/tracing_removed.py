"""Requests are not traced any more by a function or the gateway."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import lost

RULE = Rule(
    "tracing-removed",
    severity="medium",
    why="Nobody sees where a slow request spent its time.",
)
SETTINGS = {
    "AWS::ApiGateway::Stage": ["TracingEnabled"],
    "AWS::Lambda::Function": ["TracingConfig/Mode"],
    "AWS::StepFunctions::StateMachine": ["TracingConfiguration/Enabled"],
}


def findings(change: Change) -> Iterator[Finding]:
    yield from lost(change, RULE, SETTINGS)
