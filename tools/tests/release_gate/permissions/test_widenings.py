"""Every way to widen the real policies is found, at the construct that does it."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from tools.release_gate.comparison import Comparison
from tools.release_gate.permissions import widenings
from tools.template import Template

from .edits import (
    API,
    FUNCTION,
    INVOKE,
    ROLE,
    TABLE,
    TOPIC_POLICY,
    Draft,
    Edit,
    condition,
    negated,
    properties,
    statement,
    with_spare_role,
)

ANYBODY: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}
DENY = {"Effect": "Deny", "Action": ["dynamodb:Delete*", "dynamodb:Put*"], "Resource": "*"}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ACCOUNT = {"Ref": "AWS::AccountId"}
S3 = {"Service": "s3.amazonaws.com"}
BOUNDARY = "arn:aws:iam::111122223333:policy/Boundary"


def add_statement(draft: Draft) -> None:
    draft.policy()["Statement"].append({**DENY, "Effect": "Allow"})


def attach_policy(draft: Draft) -> None:
    document = {"Version": "2012-10-17", "Statement": [{**DENY, "Effect": "Allow"}]}
    roles = [{"Ref": draft.id(ROLE)}]
    draft.add("More", "AWS::IAM::Policy", PolicyName="M", PolicyDocument=document, Roles=roles)


def add_table_policy(draft: Draft) -> None:
    document = {"Version": "2012-10-17", "Statement": ANYBODY}
    draft.properties(TABLE)["Replicas"][0]["ResourcePolicy"] = {"PolicyDocument": document}


def add_policy_as_text(draft: Draft) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [ANYBODY]})
    draft.add("Text", "AWS::Logs::ResourcePolicy", PolicyName="L", PolicyDocument=text)


def add_policy_as_broken_text(draft: Draft) -> None:
    text = {"Fn::Join": ["", ['{"Statement": [{"Effect": ', {"Ref": draft.id(ROLE)}, "]}"]]}
    draft.add("Text", "AWS::Logs::ResourcePolicy", PolicyName="L", PolicyDocument=text)


def add_invoke_permission(draft: Draft) -> None:
    name = {"Ref": draft.id("Backend/Live/Resource")}
    more = {"Action": "lambda:InvokeFunction", "FunctionName": name, "Principal": "*"}
    draft.add("Anybody", "AWS::Lambda::Permission", **more)


def add_layer_permission(draft: Draft) -> None:
    more = {"Action": "lambda:GetLayerVersion", "LayerVersionArn": "layer", "Principal": "*"}
    draft.add("Layer", "AWS::Lambda::LayerVersionPermission", **more)


def move_permission_to_function(draft: Draft) -> None:
    draft.properties(INVOKE)["FunctionName"] = draft.arn(FUNCTION)


def add_api_policy(draft: Draft) -> None:
    statement = {**ANYBODY, "Action": "execute-api:Invoke"}
    draft.properties(API)["Policy"] = {"Version": "2012-10-17", "Statement": [statement]}


def choose_statement_by_condition(draft: Draft) -> None:
    draft.body["Conditions"] = {"Open": {"Fn::Equals": ["a", "a"]}}
    kept = draft.statement()
    draft.policy()["Statement"][0] = {"Fn::If": ["Open", {**kept, "Action": "*"}, kept]}


def choose_policies_by_condition(draft: Draft) -> None:
    draft.body["Conditions"] = {"Open": {"Fn::Equals": ["a", "a"]}}
    kept = draft.properties(ROLE)["Policies"]
    wide = [{"PolicyName": "W", "PolicyDocument": {"Statement": [ANYBODY]}}]
    draft.properties(ROLE)["Policies"] = {"Fn::If": ["Open", wide, kept]}


def reach_behind_table(draft: Draft) -> None:
    draft.statement()["Resource"] = {"Fn::Join": ["", [draft.arn(TABLE), "*"]]}


def reach_one_table_more(draft: Draft) -> None:
    draft.statement()["Resource"] = [draft.arn(TABLE), "arn:aws:dynamodb:*:*:table/x"]


def reach_logs(draft: Draft) -> None:
    draft.statement()["Resource"] = draft.arn("Backend/Logs/Resource")


def add_inline_policy(draft: Draft) -> None:
    document = {"Version": "2012-10-17", "Statement": {**DENY, "Effect": "Allow"}}
    draft.properties(ROLE)["Policies"].append({"PolicyName": "P", "PolicyDocument": document})


WIDENINGS: dict[str, tuple[str, Edit]] = {
    "action more": (ROLE, statement(Action=["dynamodb:GetItem", "dynamodb:Query"])),
    "actions by star": (ROLE, statement(Action="dynamodb:*")),
    "actions by question mark": (ROLE, statement(Action="dynamodb:?etItem")),
    "actions in other case": (ROLE, statement(Action="DYNAMODB:GET*")),
    "every action": (ROLE, statement(Action="*")),
    "every resource": (ROLE, statement(Resource="*")),
    "resource more": (ROLE, reach_one_table_more),
    "what is behind resource": (ROLE, reach_behind_table),
    "other resource": (ROLE, reach_logs),
    "new statement": (ROLE, add_statement),
    "new inline policy": (ROLE, add_inline_policy),
    "new attached policy": ("More", attach_policy),
    "NotAction": (ROLE, negated("Action", "iam:*")),
    "NotResource": (ROLE, negated("Resource", "arn:aws:iam:::*")),
    "Deny turned into Allow": (TOPIC_POLICY, statement(TOPIC_POLICY, Effect="Allow")),
    "Deny removed": (TOPIC_POLICY, lambda d: d.policy(TOPIC_POLICY)["Statement"].pop(0)),
    "Deny of other action": (TOPIC_POLICY, statement(TOPIC_POLICY, Action="sns:Subscribe")),
    "Deny of all but": (TOPIC_POLICY, negated("Action", "sns:Publish", TOPIC_POLICY)),
    "Deny of fewer principals": (TOPIC_POLICY, statement(TOPIC_POLICY, Principal=S3)),
    "Deny under condition more": (TOPIC_POLICY, condition(0, Null={"aws:SourceIp": "true"})),
    "condition dropped": (TOPIC_POLICY, lambda d: d.statement(TOPIC_POLICY, 1).pop("Condition")),
    "operator dropped": (
        TOPIC_POLICY,
        lambda d: d.statement(TOPIC_POLICY, 1)["Condition"].pop("ArnLike"),
    ),
    "condition with value more": (
        TOPIC_POLICY,
        condition(StringEquals={"aws:SourceAccount": [{"Ref": "AWS::AccountId"}, "111122223333"]}),
    ),
    "condition by wider pattern": (
        TOPIC_POLICY,
        condition(ArnLike={"aws:SourceArn": "arn:aws:cloudwatch:*:*:alarm:*"}),
    ),
    "condition if key exists": (
        TOPIC_POLICY,
        statement(
            TOPIC_POLICY, 1, Condition={"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}
        ),
    ),
    "every principal": (TOPIC_POLICY, statement(TOPIC_POLICY, 1, Principal="*")),
    "principal more": (
        TOPIC_POLICY,
        statement(
            TOPIC_POLICY, 1, Principal={"Service": "cloudwatch.amazonaws.com", "AWS": ACCOUNT}
        ),
    ),
    "NotPrincipal": (TOPIC_POLICY, negated("Principal", S3, TOPIC_POLICY)),
    "trust in everybody": (ROLE, lambda d: d.trust().update(Principal={"AWS": "*"})),
    "trust in service more": (
        ROLE,
        lambda d: d.trust().update(Principal={"Service": ["lambda.amazonaws.com", S3["Service"]]}),
    ),
    "trust for every action": (ROLE, lambda d: d.trust().update(Action="sts:*")),
    "invoke permission for every principal": (INVOKE, properties(INVOKE, Principal="*")),
    "invoke permission on whole function": (INVOKE, move_permission_to_function),
    "permission for every action": (INVOKE, properties(INVOKE, Action="lambda:*")),
    "new invoke permission for everybody": ("Anybody", add_invoke_permission),
    "layer permission for anybody": ("Layer", add_layer_permission),
    "table policy added": (TABLE, add_table_policy),
    "API policy added": (API, add_api_policy),
    "policy as JSON text": ("Text", add_policy_as_text),
    "policy as broken text": ("Text", add_policy_as_broken_text),
    "statement by CloudFormation condition": (ROLE, choose_statement_by_condition),
    "policies by CloudFormation condition": (ROLE, choose_policies_by_condition),
    "policy for other topic": (
        TOPIC_POLICY,
        properties(TOPIC_POLICY, Topics=["arn:aws:sns:eu-west-1:111122223333:Other"]),
    ),
    "unknown element": (ROLE, statement(Actions="*")),
    "unknown effect": (ROLE, statement(Effect="allow")),
}


@pytest.mark.parametrize("name", WIDENINGS)
def test_widening_is_found(prod_template: Template, name: str) -> None:
    construct, edit = WIDENINGS[name]
    draft = Draft(prod_template)
    edit(draft)
    found = widenings(Comparison(prod_template, draft.edited()))
    assert {widening.construct for widening in found} == {construct}


def with_boundary(draft: Draft) -> None:
    draft.properties(ROLE)["PermissionsBoundary"] = BOUNDARY


def with_deny(draft: Draft) -> None:
    draft.policy()["Statement"].append(deepcopy(DENY))


def with_condition(draft: Draft) -> None:
    draft.statement()["Condition"] = {"Bool": {"aws:SecureTransport": True}}


def with_unknown_policy(draft: Draft) -> None:
    draft.properties(ROLE)["ManagedPolicyArns"] = ["arn:aws:iam::111122223333:policy/Own"]


def with_own_policy(draft: Draft) -> None:
    draft.add("Own", "AWS::IAM::ManagedPolicy", PolicyDocument={"Statement": [deepcopy(DENY)]})
    draft.properties(ROLE)["ManagedPolicyArns"] = [{"Ref": "Own"}]


def with_own_boundary(draft: Draft) -> None:
    """A policy that bounds one role and is attached to another, which may do more anyway."""
    with_own_policy(draft)
    with_spare_role(draft)
    draft.properties(ROLE).pop("ManagedPolicyArns")
    draft.properties(ROLE)["PermissionsBoundary"] = {"Ref": "Own"}
    draft.body["Resources"]["Spare"]["Properties"]["ManagedPolicyArns"] = [{"Ref": "Own"}]


def with_unattached_policy(draft: Draft) -> None:
    with_own_policy(draft)
    draft.properties(ROLE).pop("ManagedPolicyArns")


def with_retained_role(draft: Draft) -> None:
    """A role that outlives the stack, and a policy that does not."""
    with_spare_role(draft)
    draft.body["Resources"]["Spare"]["DeletionPolicy"] = "Retain"
    document = {"Version": "2012-10-17", "Statement": [deepcopy(DENY)]}
    roles = [{"Ref": "Spare"}]
    draft.add("Denies", "AWS::IAM::Policy", PolicyName="D", PolicyDocument=document, Roles=roles)


def remove_retained_role(draft: Draft) -> None:
    draft.body["Resources"].pop("Spare")
    draft.body["Resources"].pop("Denies")


def with_variable(draft: Draft) -> None:
    draft.statement()["Resource"] = "arn:aws:s3:::${aws:username}"


def select(draft: Draft, *choices: str) -> None:
    """Select the resource with the number 2 of the role's name and some choices."""
    names = [{"Ref": draft.id(ROLE)}, *choices]
    draft.statement()["Resource"] = {"Fn::Select": [2, names]}


def with_policy_under_condition(draft: Draft) -> None:
    draft.body["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    attach_policy(draft)
    draft.body["Resources"]["More"]["Condition"] = "Never"


def with_not_principal(draft: Draft) -> None:
    spared = {"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}
    negated("Principal", spared, TOPIC_POLICY)(draft)
    statement(TOPIC_POLICY, Effect="Allow")(draft)


def with_parameter(draft: Draft) -> None:
    draft.body["Parameters"] = {"Place": {"Type": "String", "Default": "arn:aws:s3:::own/*"}}
    draft.statement()["Resource"] = {"Ref": "Place"}


def with_table_policy(draft: Draft) -> None:
    add_table_policy(draft)
    policy = draft.properties(TABLE)["Replicas"][0]["ResourcePolicy"]["PolicyDocument"]
    policy["Statement"] = [{**ANYBODY, "Effect": "Deny"}]


def drop_table_policy(draft: Draft) -> None:
    draft.properties(TABLE)["Replicas"][0].pop("ResourcePolicy")


def own_statements(draft: Draft) -> list[Any]:
    document = draft.body["Resources"]["Own"]["Properties"]["PolicyDocument"]
    found: list[Any] = document["Statement"]
    return found


# First a template that has what the second edit then takes away.
LOSSES: dict[str, tuple[str, Edit, Edit]] = {
    "boundary removed": (
        ROLE,
        with_boundary,
        lambda d: d.properties(ROLE).pop("PermissionsBoundary"),
    ),
    "boundary replaced": (ROLE, with_boundary, properties(ROLE, PermissionsBoundary=ADMINISTRATOR)),
    "Deny of action less": (ROLE, with_deny, lambda d: d.statement(number=3)["Action"].pop()),
    "Deny on fewer resources": (ROLE, with_deny, statement(number=3, Resource="arn:aws:s3:::x")),
    "condition turned round": (
        ROLE,
        with_condition,
        statement(Condition={"Bool": {"aws:SecureTransport": False}}),
    ),
    "unknown policy detached": (
        ROLE,
        with_unknown_policy,
        lambda d: d.properties(ROLE).pop("ManagedPolicyArns"),
    ),
    "own policy denies less": (
        "Own",
        with_own_policy,
        lambda d: own_statements(d)[0]["Action"].pop(),
    ),
    "own policy allows": (
        "Own",
        with_own_policy,
        lambda d: own_statements(d).append({**DENY, "Effect": "Allow"}),
    ),
    "NotPrincipal of fewer": (
        TOPIC_POLICY,
        with_not_principal,
        statement(TOPIC_POLICY, NotPrincipal=S3),
    ),
    "unknown statement replaced": (
        ROLE,
        statement(Effect="allow"),
        statement(Effect="allow", Action="*"),
    ),
    "unknown statement removed": (
        ROLE,
        statement(Effect="deny"),
        lambda d: d.policy()["Statement"].pop(0),
    ),
    "Deny of retained role removed": ("Denies", with_retained_role, remove_retained_role),
    "own boundary allows": (
        "Own",
        with_own_boundary,
        lambda d: own_statements(d).append({**DENY, "Effect": "Allow", "Action": "s3:GetObject"}),
    ),
    "unattached policy allows": (
        "Own",
        with_unattached_policy,
        lambda d: own_statements(d)[0].update(Effect="Allow"),
    ),
    "policy of other service": (
        "Text",
        add_policy_as_text,
        lambda d: d.body["Resources"]["Text"].update(Type="AWS::XRay::ResourcePolicy"),
    ),
    "variable is text in older version": (ROLE, with_variable, lambda d: d.policy().pop("Version")),
    "star in arguments of function": (
        ROLE,
        lambda d: select(d, "*", "arn:aws:s3:::own/x"),
        lambda d: select(d, "any", "*", "arn:aws:s3:::own/x"),
    ),
    "CloudFormation condition dropped": (
        "More",
        with_policy_under_condition,
        lambda d: d.body["Resources"]["More"].pop("Condition"),
    ),
    "CloudFormation condition turned round": (
        "More",
        with_policy_under_condition,
        lambda d: d.body["Conditions"].update(Never={"Fn::Equals": ["a", "a"]}),
    ),
    "parameter widened": (
        ROLE,
        with_parameter,
        lambda d: d.body["Parameters"]["Place"].update(Default="*"),
    ),
    "table policy removed": (TABLE, with_table_policy, drop_table_policy),
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_found(prod_template: Template, name: str) -> None:
    construct, prepare, edit = LOSSES[name]
    deployed = Draft(prod_template)
    prepare(deployed)
    candidate = Draft(deployed.edited())
    edit(candidate)
    found = widenings(Comparison(deployed.edited(), candidate.edited()))
    assert {widening.construct for widening in found} == {construct}
