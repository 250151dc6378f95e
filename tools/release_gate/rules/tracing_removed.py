"""A function or the gateway no longer traces requests."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import lost

RULE = Rule(
    "tracing-removed",
    severity="medium",
    why="It is unknown where a slow request spends its time.",
)
SETTINGS = {
    "AWS::ApiGateway::Stage": ["TracingEnabled"],
    "AWS::Lambda::Function": ["TracingConfig/Mode"],
    "AWS::StepFunctions::StateMachine": ["TracingConfiguration/Enabled"],
}


def findings(change: Change) -> Iterator[Finding]:
    yield from lost(change, RULE, SETTINGS)
