"""The rule as the gate asks it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import contract
from tools.release_gate.findings import Change, Contract
from tools.release_gate.rules import answer_field_broken
from tools.template import Template

NOTHING = Template({"Resources": {}})


def change(candidate: dict[str, Any]) -> Change:
    released = {name: contract.load(name) for name in contract.NAMES}
    return Change("prod", NOTHING, NOTHING, Contract(schemas=candidate), Contract(schemas=released))


def test_dropped_field_is_finding() -> None:
    candidate = {name: deepcopy(contract.load(name)) for name in contract.NAMES}
    candidate["user_response"]["properties"]["data"].pop("required")
    (finding,) = answer_field_broken.findings(change(candidate))
    assert (finding.id, finding.construct) == ("answer-field-broken", "user_response/data")
    assert finding.after == "userId may be absent"


def test_dropped_schema_is_finding() -> None:
    candidate = {"user_response": contract.load("user_response")}
    (finding,) = answer_field_broken.findings(change(candidate))
    assert finding.construct == "error_response"


def test_new_field_and_schema_are_no_finding() -> None:
    candidate = {name: deepcopy(contract.load(name)) for name in contract.NAMES}
    candidate["user_response"]["properties"]["hint"] = {"type": "string"}
    candidate["list_response"] = {"type": "object"}
    assert list(answer_field_broken.findings(change(candidate))) == []
