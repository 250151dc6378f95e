"""A method no longer declares an answer, or declares it with another model."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "answer-undeclared",
    severity="medium",
    why="The API's description and generated clients do not know that answer.",
)


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs("AWS::ApiGateway::Method"):
        declared = _answers(pair.after)
        for status, model in _answers(pair.before).items():
            if declared.get(status) != model:
                now = declared.get(status, "absent")
                yield RULE.finding(pair.path, before=f"{status} {model}", after=f"{status} {now}")


def _answers(method: Resource) -> dict[str, str]:
    rows = method.at("MethodResponses") or []
    return {str(row.get("StatusCode")): str(row.get("ResponseModels") or "") for row in rows}
