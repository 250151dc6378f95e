"""An error of the gateway has another status, code, header or shape, or is removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.release_gate.comparison import Resource
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "gateway-answer-changed",
    severity="high",
    why="Clients depend on the status, the code and the headers of an error.",
)
TYPE = "AWS::ApiGateway::GatewayResponse"


def findings(change: Change) -> Iterator[Finding]:
    for response in change.removed(TYPE):
        yield RULE.finding(response.path, before=response.at("ResponseType"), after="gone")
    for pair in change.pairs(TYPE):
        before, after = _promised(pair.before), _promised(pair.after)
        for what, value in before.items():
            if after.get(what) != value:
                yield RULE.finding(
                    pair.path, before=f"{what} {value}", after=f"{what} {after.get(what, 'absent')}"
                )


def _promised(response: Resource) -> dict[str, Any]:
    """Status, headers and the fields of the body; the text of a message may change."""
    found: dict[str, Any] = {
        "of": f"{response.at('ResponseType')} of {response.at('RestApiId')}",
        "status": str(response.at("StatusCode") or "default"),
    }
    for parameter, value in (response.at("ResponseParameters") or {}).items():
        header = parameter.rpartition(".")[2]
        # Which origins are allowed, is the matter of another rule.
        found[header] = "present" if header == "Access-Control-Allow-Origin" else value
    for kind, template in (response.at("ResponseTemplates") or {}).items():
        try:
            body = json.loads(template)
        except (TypeError, ValueError):
            body = template
        found.update(_fields(body, kind))
    return found


def _fields(body: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(body, dict):
        for name, value in body.items():
            yield from _fields(value, f"{path} {name}")
    else:
        yield path, "text" if path.endswith(" message") else body
