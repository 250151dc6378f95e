"""What cannot be deployed is no kill: cfn-lint on reduced templates, and the graph."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.proof.template.edits import Edit, Mutant, mutated, remove, set_
from tools.proof.template.generate import mutants
from tools.proof.template.linting import Finding, findings
from tools.proof.template.validity import Validity, cycle, dangling
from tools.template import Template

ORDERS = ("Resources", "Orders", "Properties")


def _mutant(*edits: Edit) -> Mutant:
    return Mutant("x", "value", "X", ("Resources", "Orders"), "", "", "", edits)


def _fault(template: Template, *edits: Edit) -> str | None:
    return _found(template, _mutant(*edits))


def _found(template: Template, mutant: Mutant) -> str | None:
    validity = Validity(template)
    own = validity.own_fault(mutant, mutated(template, mutant))
    return (
        own or validity.lint_faults([mutant], lambda bodies: [*map(_findings, bodies)])[mutant.name]
    )


def _findings(body: dict[str, Any]) -> list[Finding]:
    return findings(json.dumps(body))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (set_((*ORDERS, "DelaySeconds"), 901), "E3034"),
        (set_((*ORDERS, "Colour"), "red"), "E3002"),
        (set_((*ORDERS, "MessageRetentionPeriod"), {"Ref": "Nobody"}), "Nobody"),
        (set_(("Resources", "Orders", "DependsOn"), "Nobody"), "Nobody"),
        (set_(("Resources", "Refused", "DependsOn"), "Orders"), "cycle"),
        (set_(("Outputs", "Url", "Value"), {"Ref": "Nobody"}), "Nobody"),
        (remove(("Resources", "Refused")), "Refused"),
    ],
)
def test_invalid_templates(second: Template, edit: Edit, message: str) -> None:
    assert message in (_fault(second, edit) or "valid")


def test_valid_templates(second: Template) -> None:
    assert _fault(second, set_((*ORDERS, "DelaySeconds"), 900)) is None
    assert _fault(second, remove(("Outputs", "Url"))) is None


def test_findings_of_template_itself_do_not_count(second: Template) -> None:
    """A mutant of a template that the linter refuses is judged by what it adds."""
    body = second.copy()
    body["Resources"]["Orders"]["Properties"]["Colour"] = "red"
    bad = Template.from_json(body)
    assert _fault(bad, set_((*ORDERS, "DelaySeconds"), 1)) is None
    assert "E3034" in (_fault(bad, set_((*ORDERS, "DelaySeconds"), 901)) or "")


def test_graph_finds_cycles_and_dangling_names(second: Template) -> None:
    assert dangling(second.body) is None
    assert cycle(second.body) is None


@pytest.mark.parametrize("group", ["value", "addition", "composite"])
def test_reduced_template_is_judged_as_whole_template(second: Template, group: str) -> None:
    """Reducing is for speed alone: each of these gets the whole template's verdict."""
    own = set(_findings(second.copy()))
    some = [m for m in mutants(second) if m.group == group][::4]
    for mutant in some:
        reduced = _found(second, mutant)
        whole = [f for f in _findings(mutated(second, mutant)) if f not in own]
        assert bool(reduced) == bool(whole), mutant.name


@pytest.mark.parametrize("edited", ["A", "B"])
def test_clash_is_found_wherever_linter_reports_it(edited: str) -> None:
    """The same path twice below one parent: of the two either may be the mutated one."""
    api = {"Ref": "Api"}
    resources: dict[str, Any] = {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "x"}},
    }
    for name in ("A", "B"):
        resources[name] = {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "HttpMethod": "GET" if name == "A" else "POST",
                "ResourceId": "r",
                "RestApiId": api,
            },
        }
    body = {"Resources": resources}
    template = Template.from_json(body)
    other = resources["B" if edited == "A" else "A"]["Properties"]["HttpMethod"]
    path = ("Resources", edited, "Properties", "HttpMethod")
    assert "E3019" in (_fault(template, set_(path, other)) or "valid")
    assert _fault(template, set_(path, "PUT")) is None


RESOLVED = "{{resolve:secretsmanager:"


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ({"Fn::Join": ["", [RESOLVED, {"Ref": "Orders"}, ":SecretString:password::}}x"]]}, False),
        ({"Fn::Join": ["", [RESOLVED, {"Ref": "Refused"}, ":SecretString:password::}}"]]}, False),
        ({"Fn::Join": ["", [RESOLVED, {"Ref": "Orders"}, ":SecretString:password::"]]}, True),
        ({"Fn::Join": ["", [f"{RESOLVED}x:", {"Ref": "Orders"}, ":SecretString:p::}}"]]}, True),
        ({"Fn::Join": ["", [{"Ref": "Orders"}, ":SecretString:password::}}"]]}, True),
        ("{{resolve:ssm:/orders/key:1}}", False),
        ("{{resolve:ssm:/orders/key:1-mutant}}", True),
        ("{{resolve:sm:/orders/key}}", True),
        ("key", False),
    ],
)
def test_broken_dynamic_reference_is_refused(second: Template, value: Any, refused: bool) -> None:
    body = second.copy()
    start = {"Fn::Join": ["", [RESOLVED, {"Ref": "Orders"}, ":SecretString:password::}}"]]}
    body["Resources"]["Reader"]["Properties"]["Description"] = start
    mutant = Mutant(
        "x",
        "value",
        "X",
        ("Resources", "Reader"),
        "",
        "",
        "",
        (set_(("Resources", "Reader", "Properties", "Description"), value),),
    )
    template = Template.from_json(body)
    fault = Validity(template).own_fault(mutant, mutated(template, mutant))
    assert ("broken dynamic reference" in (fault or "")) is refused
