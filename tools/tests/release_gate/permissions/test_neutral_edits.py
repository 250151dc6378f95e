"""An edit that lets nobody do more is no finding."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from tools.release_gate.comparison import Comparison
from tools.release_gate.permissions import widenings
from tools.template import Template

from .edits import (
    FUNCTION,
    INVOKE,
    ROLE,
    TABLE,
    TOPIC_POLICY,
    Draft,
    Edit,
    condition,
    properties,
    statement,
    with_spare_role,
)


def split_statement(draft: Draft) -> None:
    logs = draft.policy()["Statement"].pop(1)
    for action in logs["Action"]:
        draft.policy()["Statement"].append({**deepcopy(logs), "Action": action})


def repeat_statement(draft: Draft) -> None:
    draft.policy()["Statement"].append(deepcopy(draft.policy()["Statement"][0]))


def move_statement_to_attached_policy(draft: Draft) -> None:
    moved = draft.policy()["Statement"].pop()
    document = {"Version": "2012-10-17", "Statement": moved}
    roles = [{"Ref": draft.id(ROLE)}]
    draft.add("Moved", "AWS::IAM::Policy", PolicyName="M", PolicyDocument=document, Roles=roles)


def move_statement_to_managed_policy(draft: Draft) -> None:
    document = {"Version": "2012-10-17", "Statement": draft.policy()["Statement"].pop()}
    draft.add("Moved", "AWS::IAM::ManagedPolicy", PolicyDocument=document)
    draft.properties(ROLE)["ManagedPolicyArns"] = [{"Ref": "Moved"}]


def reorder_elements(draft: Draft) -> None:
    policy = draft.policy()
    ordered = {name: policy[name] for name in sorted(policy, reverse=True)}
    draft.properties(ROLE)["Policies"][0]["PolicyDocument"] = ordered


def write_reference_as_sub(draft: Draft) -> None:
    draft.statement()["Resource"] = {"Fn::Sub": f"${{{draft.id(TABLE)}.Arn}}"}


def write_join_as_sub(draft: Draft) -> None:
    text = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"
    condition(ArnLike={"AWS:SourceArn": {"Fn::Sub": text}})(draft)


def add_deny(draft: Draft) -> None:
    deny = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
    draft.policy()["Statement"].append({**deny, "Condition": {"Null": {"aws:userid": "true"}}})


def rename(draft: Draft, path: str, logical_id: str) -> None:
    old = draft.id(path)
    draft.body = json.loads(re.sub(rf"\b{old}\b", logical_id, json.dumps(draft.body)))


NEUTRAL: dict[str, Edit] = {
    "statement split": split_statement,
    "statement repeated": repeat_statement,
    "statements reordered": lambda d: d.policy()["Statement"].reverse(),
    "statement moved to attached policy": move_statement_to_attached_policy,
    "statement moved to managed policy": move_statement_to_managed_policy,
    "elements reordered": reorder_elements,
    "actions reordered": lambda d: d.statement(number=1)["Action"].reverse(),
    "action in other case": statement(Action="DynamoDB:getItem"),
    "list of one action": statement(Action=["dynamodb:GetItem"]),
    "statement without list": lambda d: d.policy(TOPIC_POLICY).update(
        Statement=d.statement(TOPIC_POLICY)
    ),
    "action removed": lambda d: d.statement(number=1)["Action"].pop(),
    "statement removed": lambda d: d.policy()["Statement"].pop(),
    "resource narrowed": statement(number=2, Resource="arn:aws:xray:*:*:group/*"),
    "condition added": statement(Condition={"Bool": {"aws:SecureTransport": "true"}}),
    "operator added": condition(Bool={"aws:SecureTransport": "true"}),
    "Deny added": add_deny,
    "Deny of every action": statement(TOPIC_POLICY, Action="sns:*"),
    "Deny without condition": lambda d: d.statement(TOPIC_POLICY).pop("Condition"),
    "principal written as AWS": statement(TOPIC_POLICY, Principal={"AWS": "*"}),
    "Sid changed": statement(TOPIC_POLICY, 1, Sid="Alarms"),
    "Allow removed from topic": lambda d: d.policy(TOPIC_POLICY)["Statement"].pop(),
    "reference written as Sub": write_reference_as_sub,
    "Join written as Sub": write_join_as_sub,
    "boundary added": properties(ROLE, PermissionsBoundary="arn:aws:iam::111122223333:policy/B"),
    "SourceAccount added": properties(INVOKE, SourceAccount={"Ref": "AWS::AccountId"}),
    "invoke permission removed": lambda d: d.body["Resources"].pop(d.id(INVOKE)),
    "role renamed": lambda d: rename(d, ROLE, "ReaderRole"),
    "topic policy renamed": lambda d: rename(d, TOPIC_POLICY, "TopicPolicy"),
    "description changed": properties(ROLE, Description="{A statement} for people"),
    "memory raised": properties(FUNCTION, MemorySize=512),
}


@pytest.mark.parametrize("name", NEUTRAL)
def test_neutral_edit_is_no_finding(prod_template: Template, name: str) -> None:
    draft = Draft(prod_template)
    NEUTRAL[name](draft)
    assert widenings(Comparison(prod_template, draft.edited())) == []


def test_template_without_paths_compares_by_logical_ids(prod_template: Template) -> None:
    deployed = Template(prod_template.body)
    assert widenings(Comparison(deployed, prod_template)) == []


def test_construct_with_other_logical_id_is_the_same(prod_template: Template) -> None:
    draft = Draft(prod_template)
    draft.statement()["Action"] = "dynamodb:Get*"
    rename(draft, ROLE, "ReaderRole")
    paths = {**prod_template.paths, "ReaderRole": ROLE}
    paths.pop(Draft(prod_template).id(ROLE))
    found = widenings(Comparison(prod_template, Template(draft.body, paths=paths)))
    assert [widening.after for widening in found] == [
        f'{{"Action": "dynamodb:Get*", "Effect": "Allow", "Resource": "{draft_arn(draft)}"}}'
    ]


def draft_arn(draft: Draft) -> str:
    return f"${{{draft.id(TABLE)}.Arn}}"


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_removed_role_is_no_finding(prod_template: Template, effect: str) -> None:
    deployed = Draft(prod_template)
    with_spare_role(deployed, effect)
    assert widenings(Comparison(deployed.edited(), prod_template)) == []


@pytest.mark.parametrize("stage", ["local", "dev", "staging", "prod"])
def test_same_template_is_no_finding(assembly: Callable[[str], Path], stage: str) -> None:
    template = Template.in_assembly(assembly(stage))
    assert widenings(Comparison(template, template)) == []
