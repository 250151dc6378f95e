"""The mutants of the second stack: every class, each by name, none twice."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tools.proof.template.edits import Mutant, mutated
from tools.proof.template.generate import mutants
from tools.proof.template.operators import OPERATORS
from tools.template import Template

Find = Callable[[str], Mutant]


@pytest.fixture(scope="module")
def made(second: Template) -> list[Mutant]:
    return mutants(second)


@pytest.fixture(scope="module")
def find(made: list[Mutant]) -> Find:
    by_name = {mutant.name: mutant for mutant in made}
    return lambda name: by_name[name]


def test_names_are_unique_and_stable(second: Template, made: list[Mutant]) -> None:
    names = [mutant.name for mutant in made]
    assert len(set(names)) == len(names)
    assert mutants(second) == made


def test_mutants_are_distinct_templates(second: Template, made: list[Mutant]) -> None:
    texts = [json.dumps(mutated(second, mutant), sort_keys=True) for mutant in made]
    assert len({*texts, json.dumps(second.body, sort_keys=True)}) == len(texts) + 1


def test_every_class_makes_mutants(made: list[Mutant]) -> None:
    assert {mutant.group for mutant in made} == set(OPERATORS)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("Orders#/Properties/SqsManagedSseEnabled:FLIP", "Properties SqsManagedSseEnabled", False),
        ("Orders#/Properties/DelaySeconds:NUMBER=1", "Properties DelaySeconds", 1),
        ("Orders#/Properties/DelaySeconds:NUMBER=900", "Properties DelaySeconds", 900),
        ("Orders#/DependsOn/1:OMIT", "DependsOn", ["Refused"]),
        ("Orders#/Properties/FifoQueue:ADD", "Properties FifoQueue", True),
        ("Orders#/Properties/QueueName:ADD_NAME", "Properties QueueName", "mutant"),
        ("Refused#/DeletionPolicy:ENUM=Delete", "DeletionPolicy", "Delete"),
        ("Refused#:DELETE_DATA", "UpdateReplacePolicy", "Delete"),
    ],
)
def test_mutant_is_what_its_name_says(
    second: Template, find: Find, name: str, path: str, value: object
) -> None:
    mutant = find(name)
    found: object = mutated(second, mutant)["Resources"][mutant.element[1]]
    for step in path.split():
        assert isinstance(found, dict)
        found = found[step]
    assert found == value


def test_resource_goes_with_all_that_refers_to_it(second: Template, find: Find) -> None:
    after = mutated(second, find("Refused#:OMIT_RESOURCE"))
    assert set(after["Resources"]) == {"Reader"}
    assert after["Outputs"] == {}


def test_reference_goes_to_other_resource_of_its_type(second: Template, find: Find) -> None:
    mutant = find("Reading#/Properties/PolicyDocument/Statement/0/Resource:REDIRECT=Refused")
    policy = mutated(second, mutant)["Resources"]["Reading"]["Properties"]["PolicyDocument"]
    assert policy["Statement"][0]["Resource"] == {"Fn::GetAtt": ["Refused", "Arn"]}


def test_additions_reach_what_partial_matchers_cannot_see(made: list[Mutant]) -> None:
    names = {mutant.name for mutant in made if mutant.group == "addition"}
    assert {
        "(template)#:ADD_RESOURCE=admin-role",
        "(template)#/Transform:ADD",
        "(template)#/Outputs:ADD_KEY",
        "Reader#:ADD_RESOURCE=policy",
        "Orders#:ADD_RESOURCE=policy",
        "Orders#/Condition:ADD_CONDITION",
    } <= names


def test_permissions_are_widened_narrowed_added_and_denied(made: list[Mutant]) -> None:
    statement = "Reading#/Properties/PolicyDocument/Statement"
    names = {mutant.name.removeprefix(statement) for mutant in made}
    assert {
        "/0/Action/0:ACTION=*",
        "/0/Action/1:ACTION=sqs:*",
        "/0/Action/1:DROP_ACTION",
        "/0/Action:ADD_ACTION=iam:PassRole",
        "/0/Effect:EFFECT",
        "/0/Resource:RESOURCE=*",
        "/0/Resource:ADD_RESOURCE",
        "/1:ADD_STATEMENT",
    } <= names


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Reading#/Properties/PolicyDocument/Statement/0/Action/0:ACTION=*", "iam"),
        ("Reader#:ADD_RESOURCE=policy", "iam"),
        ("(template)#:ADD_RESOURCE=admin-user", "iam"),
        ("Orders#/Properties/SqsManagedSseEnabled:FLIP", "encryption"),
        ("Refused#/DeletionPolicy:ENUM=Delete", "deletion"),
        ("Refused#:DELETE_DATA", "deletion"),
        ("Orders#/Properties/DelaySeconds:NUMBER=1", None),
    ],
)
def test_must_kill_classes(find: Find, name: str, kind: str | None) -> None:
    assert find(name).must_kill == kind


@pytest.mark.parametrize(
    ("kind", "key", "value", "expected"),
    [
        ("AWS::AutoScaling::AutoScalingGroup", "MinSize", "0", {"1"}),
        ("AWS::ECS::Service", "DesiredCount", 0, {1}),
        ("AWS::RDS::DBInstance", "BackupRetentionPeriod", 35, {34, 0}),
        ("AWS::RDS::DBInstance", "PerformanceInsightsRetentionPeriod", 31, {7, 62, 731}),
        ("AWS::Kinesis::Stream", "RetentionPeriodHours", 24, {25, 8760}),
        ("AWS::Logs::LogGroup", "RetentionInDays", 1, {3, 3653}),
    ],
)
def test_numbers_that_service_refuses_are_not_tried(
    kind: str, key: str, value: int | str, expected: set[int | str]
) -> None:
    template = Template({"Resources": {"A": {"Type": kind, "Properties": {key: value}}}})
    made = mutants(template)
    tried = {m.edits[0].value for m in made if m.name.startswith(f"A#/Properties/{key}:NUMBER")}
    assert tried == expected


@pytest.mark.parametrize(
    ("key", "before", "kind"),
    [
        ("DeletionProtectionEnabled", True, "deletion"),
        ("DeletionProtectionEnabled", False, None),
    ],
)
def test_protection_that_is_turned_on_may_survive(key: str, before: bool, kind: str | None) -> None:
    properties = {key: before}
    table = {"Type": "AWS::DynamoDB::Table", "Properties": properties}
    found = {m.name: m for m in mutants(Template({"Resources": {"A": table}}))}
    assert found[f"A#/Properties/{key}:FLIP"].must_kill == kind
