"""The gateway checks less of a request before the function is called."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import flag
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.protection import lost

RULE = Rule(
    "validation-removed",
    severity="medium",
    why="Requests that the gateway refused reach the function, and get another answer.",
)
SETTINGS = {
    "AWS::ApiGateway::Method": ["RequestValidatorId", "RequestModels"],
    "AWS::ApiGateway::RequestValidator": ["ValidateRequestBody", "ValidateRequestParameters"],
}


def findings(change: Change) -> Iterator[Finding]:
    yield from lost(change, RULE, SETTINGS)
    for pair in change.pairs("AWS::ApiGateway::Method"):
        after = pair.after.at("RequestParameters") or {}
        for name, required in (pair.before.at("RequestParameters") or {}).items():
            if flag(required) is True and flag(after.get(name)) is not True:
                yield RULE.finding(pair.path, before=f"{name} is required", after="it is not")
