"""IAM: actions widened, added, dropped; resources, principals and effects changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ....template import Element, Template
from ..drafts import Draft
from ..edits import Edit, Path, insert, remove, set_
from ..operators.walking import is_policy

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
STRANGER = "123456789012"
ANY_API = f"arn:aws:execute-api:us-east-1:{STRANGER}:*"
ANOTHER_ACTION = {"dynamodb": "dynamodb:PutItem", "logs": "logs:DeleteLogGroup"}


def permissions(template: Template, element: Element) -> Iterator[Draft]:
    del template
    if element.section != "Resources":
        return
    for path, document in _policies(element.properties, ("Properties",)):
        yield from _document(element, path, document)
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


def _document(element: Element, path: Path, document: dict[str, Any]) -> Iterator[Draft]:
    trust = "AssumeRolePolicyDocument" in path
    statements = _listed(document["Statement"])
    end = (*path, "Statement", len(statements))
    extra = _trust("*") if trust else _everything(statements)
    if isinstance(document["Statement"], list):
        said = (
            "one more statement, trusting everyone"
            if trust
            else "one more statement: everything allowed"
        )
        yield _draft(end, "ADD_STATEMENT", said, insert((*element.path, *end), extra))
    for index, statement in enumerate(statements):
        at = (
            (*path, "Statement", index)
            if isinstance(document["Statement"], list)
            else (*path, "Statement")
        )
        yield from _statement(element, at, statement, trust=trust)
        if len(statements) > 1:
            yield _draft(
                at, "DROP_STATEMENT", "without this statement", remove((*element.path, *at))
            )


def _statement(
    element: Element, path: Path, statement: dict[str, Any], *, trust: bool
) -> Iterator[Draft]:
    effect = "Deny" if statement.get("Effect") == "Allow" else "Allow"
    yield _draft(
        (*path, "Effect"), "EFFECT", f"Effect {effect}", _set(element, (*path, "Effect"), effect)
    )
    yield from _actions(element, (*path, "Action"), statement.get("Action"), trust=trust)
    if not trust:
        yield from _resources(element, (*path, "Resource"), statement.get("Resource"))
    if "Principal" in statement:
        yield from _principals(element, (*path, "Principal"), statement["Principal"])
    yield from _conditions(element, path, statement.get("Condition"))
    yield from _inverted(element, path, statement)


def _inverted(element: Element, path: Path, statement: dict[str, Any]) -> Iterator[Draft]:
    """Everything but what was meant."""
    at = (*element.path, *path)
    for key in ("Action", "Resource", "Principal"):
        if key in statement and statement[key] != "*":
            edits = (remove((*at, key)), set_((*at, f"Not{key}"), statement[key]))
            yield Draft((*path, key), "INVERT", edits, f"Not{key} instead of {key}")


def _actions(element: Element, path: Path, value: Any, *, trust: bool) -> Iterator[Draft]:
    actions = _listed(value)
    for index, action in enumerate(actions):
        at = (*path, index) if isinstance(value, list) else path
        service, _, verb = str(action).partition(":")
        prefix = re.match("[A-Z]?[a-z]*", verb)
        some = f"{service}:{prefix[0] if prefix else ''}*"
        for wide in dict.fromkeys((some, f"{service}:*", "*")):
            if action != wide and not (trust and wide == "*"):
                yield _draft(
                    at,
                    "ACTION",
                    f"action {wide} instead of {action}",
                    _set(element, at, wide),
                    wide,
                )
        if len(actions) > 1:
            yield _draft(
                at, "DROP_ACTION", f"without the action {action}", remove((*element.path, *at))
            )
    if actions and actions != ["*"]:
        service = str(actions[0]).split(":")[0]
        for more in (ANOTHER_ACTION.get(service, f"{service}:*"), "iam:PassRole"):
            if not (trust and more == "iam:PassRole"):
                yield _draft(
                    path,
                    "ADD_ACTION",
                    f"the action {more} too",
                    _set(element, path, [*actions, more]),
                    more,
                )


def _resources(element: Element, path: Path, value: Any) -> Iterator[Draft]:
    resources = _listed(value)
    for index, resource in enumerate(resources):
        at = (*path, index) if isinstance(value, list) else path
        if resource != "*":
            yield _draft(at, "RESOURCE", "every resource", _set(element, at, "*"), "*")
            wide = {"Fn::Join": ["", [resource, "/*"]]}
            yield _draft(
                at,
                "RESOURCE",
                "what lies below the resource instead of it",
                _set(element, at, wide),
                "below",
            )
            yield _draft(
                at,
                "RESOURCE",
                "a resource of another account",
                _set(element, at, f"arn:aws:dynamodb:us-east-1:{STRANGER}:table/mutant"),
                "foreign",
            )
        else:
            yield _draft(
                at,
                "RESOURCE",
                "one resource instead of all",
                _set(element, at, f"arn:aws:dynamodb:us-east-1:{STRANGER}:table/mutant"),
                "foreign",
            )
        if len(resources) > 1:
            yield _draft(at, "DROP_RESOURCE", "without this resource", remove((*element.path, *at)))
    if resources and resources != ["*"]:
        yield _draft(
            path, "ADD_RESOURCE", "every resource too", _set(element, path, [*resources, "*"])
        )


def _principals(element: Element, path: Path, value: Any) -> Iterator[Draft]:
    if value != "*":
        yield _draft(
            path, "PRINCIPAL", "everyone as principal", _set(element, path, {"AWS": "*"}), "*"
        )
        yield _draft(
            path,
            "PRINCIPAL",
            "another account as principal",
            _set(element, path, {"AWS": f"arn:aws:iam::{STRANGER}:root"}),
            "account",
        )
    if isinstance(value, dict) and "Service" in value:
        yield _draft(
            path,
            "PRINCIPAL",
            "another service as principal",
            _set(element, path, {**value, "Service": "ec2.amazonaws.com"}),
            "service",
        )
        more = [*_listed(value["Service"]), "ec2.amazonaws.com"]
        yield _draft(
            path,
            "ADD_PRINCIPAL",
            "another service too",
            _set(element, path, {**value, "Service": more}),
            "service",
        )
        yield _draft(
            path,
            "ADD_PRINCIPAL",
            "another account too",
            _set(element, path, {**value, "AWS": f"arn:aws:iam::{STRANGER}:root"}),
            "account",
        )


def _conditions(element: Element, path: Path, value: Any) -> Iterator[Draft]:
    if not isinstance(value, dict):
        return
    at = (*path, "Condition")
    yield _draft(at, "DROP_CONDITION", "without its condition", remove((*element.path, *at)))
    for operator, keys in value.items():
        if not operator.endswith("IfExists") and operator != "Null":
            rest = {k: v for k, v in value.items() if k != operator}
            said = f"{operator} only if the key exists"
            edit = _set(element, at, {**rest, f"{operator}IfExists": keys})
            yield _draft((*at, operator), "CONDITION", said, edit, "IfExists")
        for key in keys:
            said = f"any value for the condition {key}"
            yield _draft(
                (*at, operator, key),
                "CONDITION",
                said,
                _set(element, (*at, operator, key), "*"),
                "*",
            )


def _attachments(element: Element) -> Iterator[Draft]:
    properties = element.properties
    for key, said, more in (
        ("ManagedPolicyArns", "an administrator policy attached", ADMINISTRATOR),
        (
            "Policies",
            "one more inline policy: everything allowed",
            {
                "PolicyName": "Mutant",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [EVERYTHING]},
            },
        ),
    ):
        path = ("Properties", key)
        edit = _set(element, path, [*properties.get(key, []), more])
        yield _draft(path, "ATTACH", said, edit)
    for index, attached in enumerate(properties.get("ManagedPolicyArns", [])):
        each: Path = ("Properties", "ManagedPolicyArns", index)
        if attached != ADMINISTRATOR:
            yield _draft(
                each,
                "ATTACH",
                "an administrator policy instead",
                _set(element, each, ADMINISTRATOR),
                "instead",
            )


def _invocation(element: Element) -> Iterator[Draft]:
    properties = element.properties
    for key, wide, said in (
        ("Principal", "*", "everyone as principal"),
        ("Principal", STRANGER, "another account as principal"),
        ("SourceArn", ANY_API, "any API as source"),
        ("Action", "lambda:*", "every Lambda action"),
    ):
        if properties.get(key) not in (None, wide):
            path = ("Properties", key)
            yield _draft(path, "WIDEN", said, _set(element, path, wide), wide)


def _everything(statements: list[Any]) -> dict[str, Any]:
    """Everything allowed; to everyone, in a policy of a resource."""
    public = any("Principal" in statement for statement in statements)
    return {**EVERYTHING, "Principal": "*"} if public else EVERYTHING


def _trust(principal: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _set(element: Element, path: Path, value: Any) -> Edit:
    return set_((*element.path, *path), value)


def _draft(path: Path, operator: str, said: str, edit: Edit, variant: str = "") -> Draft:
    return Draft(path, operator, (edit,), said, variant)
