"""Which mutants of a second stage the first stage's run does not already answer."""

from __future__ import annotations

from tools.proof.template.generate import mutants
from tools.proof.template.run import Plan
from tools.proof.template.selection import differing
from tools.template import Template


def _stage(name: str, *, memory: int, suffix: str) -> Template:
    body = {
        "Resources": {
            f"Queue{suffix}": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"Tags": [{"Key": "stage", "Value": name}]},
            },
            f"Code{suffix}": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"MemorySize": memory, "Role": {"Ref": f"Queue{suffix}"}},
            },
        }
    }
    names = {f"Queue{suffix}": "Queue", f"Code{suffix}": "Code"}
    return Template(body, paths=names)


def _chosen(template: Template, name: str, reference: Template) -> set[str]:
    plan = Plan(name, template, (), mutants(template))
    found = differing(plan, reference, reference_name="prod").mutants
    return {mutant.name.partition("#")[0] for mutant in found}


def test_elements_that_differ_are_run_again() -> None:
    prod = _stage("prod", memory=512, suffix="0A0A0A0A")
    assert _chosen(_stage("dev", memory=128, suffix="1B1B1B1B"), "dev", prod) == {"Code"}
    assert _chosen(_stage("dev", memory=512, suffix="1B1B1B1B"), "dev", prod) == set()


def test_wrong_stage_tag_is_difference() -> None:
    prod = _stage("prod", memory=512, suffix="0A0A0A0A")
    wrong = _stage("staging", memory=512, suffix="0A0A0A0A")
    assert "Queue" in _chosen(wrong, "dev", prod)
