"""Edits of the real template of prod: what to change, and where the rule must see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.template import Template

ROLE = "Backend/Role/Resource"
TOPIC_POLICY = "Monitoring/Alarms/Policy/Resource"
FUNCTION = "Backend/Function/Resource"
TABLE = "Users/Resource"
API = "Gateway/Api/Resource"
INVOKE = "Gateway/Api/Default/user/GET/ApiPermission.UserApiprodGatewayApi00BD75EA.GET..user"

Json = dict[str, Any]
Edit = Callable[["Draft"], object]


class Draft:
    """A copy of a template to edit; resources are named by their construct paths."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.body = template.copy()
        self.ids = {path: logical_id for logical_id, path in template.names.items()}

    def edited(self) -> Template:
        return Template(self.body, paths=self.template.paths)

    def id(self, path: str) -> str:
        return self.ids[path]

    def arn(self, path: str) -> Json:
        return {"Fn::GetAtt": [self.id(path), "Arn"]}

    def properties(self, path: str) -> Json:
        found: Json = self.body["Resources"][self.id(path)]["Properties"]
        return found

    def policy(self, path: str = ROLE) -> Json:
        """The one policy in or of a resource."""
        properties = self.properties(path)
        policies = properties.get("Policies", [properties])
        found: Json = policies[0]["PolicyDocument"]
        return found

    def statement(self, path: str = ROLE, number: int = 0) -> Json:
        found: Json = self.policy(path)["Statement"][number]
        return found

    def trust(self, path: str = ROLE) -> Json:
        found: Json = self.properties(path)["AssumeRolePolicyDocument"]["Statement"][0]
        return found

    def add(self, logical_id: str, type_: str, **properties: Any) -> None:
        self.body["Resources"][logical_id] = {"Type": type_, "Properties": properties}


def statement(path: str = ROLE, number: int = 0, **elements: Any) -> Edit:
    """Put elements in the place of those of a statement."""
    return lambda draft: draft.statement(path, number).update(elements)


def condition(number: int = 1, **operators: Any) -> Edit:
    """Put operators in the place of those in a statement of the topic's policy."""
    return lambda draft: draft.statement(TOPIC_POLICY, number)["Condition"].update(operators)


def properties(path: str, **values: Any) -> Edit:
    return lambda draft: draft.properties(path).update(values)


def negated(element: str, value: Any, path: str = ROLE) -> Edit:
    """Select all but a value where a statement selects its values."""

    def edit(draft: Draft) -> None:
        draft.statement(path).pop(element)
        draft.statement(path)[f"Not{element}"] = value

    return edit


def with_spare_role(draft: Draft, effect: str = "Allow") -> None:
    """Add a role that nothing uses yet."""
    may = {"Effect": effect, "Action": "s3:*", "Resource": "*"}
    policy = {"PolicyName": "Spare", "PolicyDocument": {"Statement": may}}
    trust = draft.properties(ROLE)["AssumeRolePolicyDocument"]
    draft.add("Spare", "AWS::IAM::Role", AssumeRolePolicyDocument=trust, Policies=[policy])
