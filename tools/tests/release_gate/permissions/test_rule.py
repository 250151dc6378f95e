"""The rule as the gate asks it."""

from __future__ import annotations

from tools.release_gate.findings import Change, Contract
from tools.release_gate.rules import permissions_widened
from tools.template import Template

from .edits import ROLE, Draft, statement


def change(deployed: Template, candidate: Template) -> Change:
    return Change("prod", candidate, deployed, Contract(), Contract())


def test_wider_action_is_one_finding(prod_template: Template) -> None:
    draft = Draft(prod_template)
    statement(Action=["dynamodb:GetItem", "dynamodb:DeleteItem"])(draft)
    (finding,) = permissions_widened.findings(change(prod_template, draft.edited()))
    assert (finding.id, finding.construct) == ("permissions-widened", ROLE)
    assert "dynamodb:GetItem" in finding.before
    assert "dynamodb:DeleteItem" not in finding.before
    assert "dynamodb:DeleteItem" in finding.after


def test_same_permissions_are_no_finding(prod_template: Template) -> None:
    draft = Draft(prod_template)
    statement(Action="dynamodb:getitem")(draft)
    assert list(permissions_widened.findings(change(prod_template, draft.edited()))) == []
