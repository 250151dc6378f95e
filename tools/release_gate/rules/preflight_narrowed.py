"""A preflight no longer allows a method, a header or the origin, or is no longer answered."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource, values
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "preflight-narrowed",
    severity="high",
    why="Browsers refuse to send requests that work today.",
)


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs("AWS::ApiGateway::Method"):
        before, after = _allowed(pair.before), _allowed(pair.after)
        for header, words in before.items():
            for word in sorted(words - after.get(header, set())):
                yield RULE.finding(pair.path, before=f"{header} {word}", after="absent")


def _allowed(method: Resource) -> dict[str, set[str]]:
    """The words of each CORS header that the gateway itself sends; of the origin, its presence."""
    found: dict[str, set[str]] = {}
    rows = values(method.properties, "Integration/IntegrationResponses/*/ResponseParameters")
    declared = values(method.properties, "MethodResponses/*/ResponseParameters").values()
    known = {name for row in declared for name in row or {}}
    for name, value in ((n, v) for row in rows.values() for n, v in (row or {}).items()):
        header = name.rpartition(".")[2]
        if header.startswith("Access-Control-Allow-") and name in known:
            origin = header == "Access-Control-Allow-Origin"
            words = {"present"} if origin else {w.strip() for w in str(value).strip("'").split(",")}
            found.setdefault(header, set()).update(words)
    return found
