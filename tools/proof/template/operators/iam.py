"""IAM: actions widened, added, dropped; resources, principals and effects changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ....template import Element, Template, listed
from ..edits import Draft, Path, insert, remove, removing, set_, setting
from .walking import is_policy

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
STRANGER = "123456789012"
ACCOUNT = {"AWS": f"arn:aws:iam::{STRANGER}:root"}
SERVICE = "ec2.amazonaws.com"
FOREIGN = f"arn:aws:dynamodb:us-east-1:{STRANGER}:table/mutant"
ANOTHER_ACTION = {"dynamodb": "dynamodb:PutItem", "logs": "logs:DeleteLogGroup"}


def permissions(template: Template, element: Element) -> Iterator[Draft]:
    """Change every policy document of a resource, its attached policies, its invocation."""
    del template
    if element.section != "Resources":
        return
    for path, document in _policies(element.properties, ("Properties",)):
        yield from _Policy(element, path, document).drafts()
    if element.type in ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"):
        yield from _attachments(element)
    if element.type == "AWS::Lambda::Permission":
        yield from _invocation(element)


def _policies(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if is_policy(value):
        yield path, value
        return
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in entries:
        if isinstance(child, dict | list):
            yield from _policies(child, (*path, key))


class _Policy:
    """One policy document, and where it is below its resource."""

    def __init__(self, element: Element, path: Path, document: dict[str, Any]) -> None:
        self.element = element
        self.path = (*path, "Statement")
        self.trust = "AssumeRolePolicyDocument" in path
        self.value = document["Statement"]
        self.statements = listed(self.value)

    def drafts(self) -> Iterator[Draft]:
        if isinstance(self.value, list):
            end = (*self.path, len(self.value))
            description = "trusting everyone" if self.trust else "everything allowed"
            edits = (insert((*self.element.path, *end), self._another_statement()),)
            yield Draft(end, "ADD_STATEMENT", edits, f"another statement: {description}")
        for index, statement in enumerate(self.statements):
            path = (*self.path, index) if isinstance(self.value, list) else self.path
            yield from self._statement(path, statement)
            if len(self.statements) > 1:
                yield self._without(path, "DROP_STATEMENT", "without this statement")

    def _another_statement(self) -> dict[str, Any]:
        """Trust everyone, or allow everything; in a policy of a resource, to everyone."""
        if self.trust:
            return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
        public = any("Principal" in statement for statement in self.statements)
        return {**EVERYTHING, "Principal": "*"} if public else EVERYTHING

    def _statement(self, path: Path, statement: dict[str, Any]) -> Iterator[Draft]:
        effect = "Deny" if statement.get("Effect") == "Allow" else "Allow"
        yield self._with((*path, "Effect"), "EFFECT", f"Effect {effect}", effect)
        yield from self._actions((*path, "Action"), statement.get("Action"))
        if not self.trust:
            yield from self._resources((*path, "Resource"), statement.get("Resource"))
        if "Principal" in statement:
            yield from self._principals((*path, "Principal"), statement["Principal"])
        yield from self._conditions((*path, "Condition"), statement.get("Condition"))
        for key in ("Action", "Resource", "Principal"):
            if key in statement and statement[key] != "*":
                whole = (*self.element.path, *path)
                edits = (remove((*whole, key)), set_((*whole, f"Not{key}"), statement[key]))
                yield Draft((*path, key), "INVERT", edits, f"Not{key} instead of {key}")

    def _actions(self, path: Path, value: Any) -> Iterator[Draft]:
        actions = listed(value)
        for index, action in enumerate(actions):
            place = (*path, index) if isinstance(value, list) else path
            service, _, verb = str(action).partition(":")
            prefix = re.match("[A-Z]?[a-z]*", verb)
            some = f"{service}:{prefix[0] if prefix else ''}*"
            for wide in dict.fromkeys((some, f"{service}:*", "*")):
                if action != wide and not (self.trust and wide == "*"):
                    description = f"action {wide} instead of {action}"
                    yield self._with(place, "ACTION", description, wide, wide)
            if len(actions) > 1:
                yield self._without(place, "DROP_ACTION", f"without the action {action}")
        if actions and actions != ["*"]:
            service = str(actions[0]).split(":")[0]
            for more in (ANOTHER_ACTION.get(service, f"{service}:*"), "iam:PassRole"):
                if not (self.trust and more == "iam:PassRole"):
                    description = f"the action {more} too"
                    yield self._with(path, "ADD_ACTION", description, [*actions, more], more)

    def _resources(self, path: Path, value: Any) -> Iterator[Draft]:
        resources = listed(value)
        for index, resource in enumerate(resources):
            place = (*path, index) if isinstance(value, list) else path
            if resource == "*":
                description = "one resource instead of all"
            else:
                description = "a resource of another account"
                yield self._with(place, "RESOURCE", "every resource", "*", "*")
                below = {"Fn::Join": ["", [resource, "/*"]]}
                what = "what is below the resource instead of it"
                yield self._with(place, "RESOURCE", what, below, "below")
            yield self._with(place, "RESOURCE", description, FOREIGN, "foreign")
            if len(resources) > 1:
                yield self._without(place, "DROP_RESOURCE", "without this resource")
        if resources and resources != ["*"]:
            yield self._with(path, "ADD_RESOURCE", "every resource too", [*resources, "*"])

    def _principals(self, path: Path, value: Any) -> Iterator[Draft]:
        if value != "*":
            yield self._with(path, "PRINCIPAL", "everyone as principal", {"AWS": "*"}, "*")
            yield self._with(path, "PRINCIPAL", "another account as principal", ACCOUNT, "account")
        if isinstance(value, dict) and "Service" in value:
            other = {**value, "Service": SERVICE}
            more = {**value, "Service": [*listed(value["Service"]), SERVICE]}
            both = {**value, **ACCOUNT}
            yield self._with(path, "PRINCIPAL", "another service as principal", other, "service")
            yield self._with(path, "ADD_PRINCIPAL", "another service too", more, "service")
            yield self._with(path, "ADD_PRINCIPAL", "another account too", both, "account")

    def _conditions(self, path: Path, value: Any) -> Iterator[Draft]:
        if not isinstance(value, dict):
            return
        yield self._without(path, "DROP_CONDITION", "without its condition")
        for operator, keys in value.items():
            if not operator.endswith("IfExists") and operator != "Null":
                rest = {key: item for key, item in value.items() if key != operator}
                lax = {**rest, f"{operator}IfExists": keys}
                what = f"{operator} only if the key exists"
                edits = (set_((*self.element.path, *path), lax),)
                yield Draft((*path, operator), "CONDITION", edits, what, "IfExists")
            for key in keys:
                description = f"any value for the condition {key}"
                yield self._with((*path, operator, key), "CONDITION", description, "*", "*")

    def _with(
        self, path: Path, operator: str, description: str, value: Any, variant: str = ""
    ) -> Draft:
        return setting(self.element, path, operator, description, value, variant)

    def _without(self, path: Path, operator: str, description: str) -> Draft:
        return removing(self.element, path, operator, description)


def _attachments(element: Element) -> Iterator[Draft]:
    document = {"Version": "2012-10-17", "Statement": [EVERYTHING]}
    inline = {"PolicyName": "Mutant", "PolicyDocument": document}
    for key, description, more in (
        ("ManagedPolicyArns", "an administrator policy attached", ADMINISTRATOR),
        ("Policies", "another inline policy: everything allowed", inline),
    ):
        attached = [*element.properties.get(key, []), more]
        yield setting(element, ("Properties", key), "ATTACH", description, attached)
    for index, attached in enumerate(element.properties.get("ManagedPolicyArns", [])):
        if attached != ADMINISTRATOR:
            path = ("Properties", "ManagedPolicyArns", index)
            description = "an administrator policy instead"
            yield setting(element, path, "ATTACH", description, ADMINISTRATOR, "instead")


def _invocation(element: Element) -> Iterator[Draft]:
    for key, wide, description in (
        ("Principal", "*", "everyone as principal"),
        ("Principal", STRANGER, "another account as principal"),
        ("SourceArn", f"arn:aws:execute-api:us-east-1:{STRANGER}:*", "any API as source"),
        ("Action", "lambda:*", "every Lambda action"),
    ):
        if element.properties.get(key) not in (None, wide):
            yield setting(element, ("Properties", key), "WIDEN", description, wide, wide)
