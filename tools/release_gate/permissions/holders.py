"""What the statements of a template hold for.

A holder is a text that names by tokens what its statements hold for: a role with its identity
policies, a property of a resource with a document in it, a function that may be invoked. What no
statement says is put as one: a managed policy allows what it allows, a permissions boundary
denies what is outside.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Literal

from .resources import Place, Resource
from .statements import Selector, Statement, in_document, read, unknown

IDENTITIES = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
ATTACHED = {
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
    "AWS::IAM::ManagedPolicy": ("Roles", "Users", "Groups"),
    "AWS::IAM::RolePolicy": ("RoleName",),
    "AWS::IAM::UserPolicy": ("UserName",),
    "AWS::IAM::GroupPolicy": ("GroupName",),
}
MANAGED_POLICIES = ("ManagedPolicyArns", "ManagedPolicies")
# The users, where they are not the resource itself, and their groups.
MEMBERSHIPS = {
    "AWS::IAM::User": ("", "Groups"),
    "AWS::IAM::UserToGroupAddition": ("Users", "GroupName"),
}
BOUNDARY = "PermissionsBoundary"
# AWS names its few managed policies that deny something for what they do.
ONLY_ALLOWS = re.compile(r":iam::aws:policy/(?!.*(Deny|Quarantine))")
ROLE_PROPERTY = re.compile(r"(Roles?|Credentials)(Arn|ARN)?$")
# Types that may grant something in a way of their own.
UNREADABLE = ("Permission", "Permissions", "::EventBusPolicy", "CloudFormation::Stack")
PERMISSION_CONDITIONS = {
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


@dataclass(frozen=True)
class Held:
    """A statement, and the construct that says it."""

    construct: str
    statement: Statement


Managed = Mapping[str, list[Held]]


@dataclass(frozen=True)
class Holders:
    """The statements of each holder, and the role that each resource runs as, by its place."""

    resources: dict[str, Resource]  # by their tokens
    statements: dict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))
    roles: dict[tuple[str, Place], str] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: list[Resource]) -> Holders:
        """Find what every resource says."""
        found = cls({resource.token: resource for resource in resources})
        managed = _managed_policies(resources)
        for resource in resources:
            for holder, held in _said(resource, managed):
                found.statements[holder].append(held)
            found.roles.update(_roles(resource, found.resources))
        for token in _held_by_themselves(resources):
            found.statements[token] += managed[token]
        return found

    def of_role(self, text: str) -> list[Held]:
        """Return the identity statements of the role that a plain text names."""
        token = _role_token(text)
        if token in self.resources:
            return self.statements.get(token, [])
        return [Held(text, statement) for statement in _named("the role", text)]


def _said(resource: Resource, managed: Managed) -> Iterator[tuple[str, Held]]:
    """What a resource says, each statement with its holder."""
    for place, document in resource.documents:
        for holder in _holders(resource, place):
            yield from ((holder, held) for held in _held(resource, in_document(document)))
    for name in MANAGED_POLICIES:
        for arn in resource.items(name):
            elsewhere = _held(resource, _named("the managed policy", arn))
            yield from ((resource.token, held) for held in managed.get(arn, elsewhere))
    for holder, statement in _implied_by(resource):
        yield from ((holder, held) for held in _held(resource, [statement]))


def _held(resource: Resource, statements: list[Statement]) -> list[Held]:
    return [
        Held(resource.construct, replace(s, conditions=s.conditions | resource.exists_if))
        for s in statements
    ]


def _holders(resource: Resource, place: Place) -> list[str]:
    """What a document at a place holds for."""
    if resource.type in ATTACHED:
        return [text for name in ATTACHED[resource.type] for text in resource.items(name)]
    if resource.type in IDENTITIES and place[:1] == ("Policies",):
        return [resource.token]
    if resource.type.endswith("Policy"):
        look = (*place[:1], "PolicyName", "Description", "Tags")
        rest = {name: value for name, value in resource.properties.items() if name not in look}
        return [f"{resource.type} {'/'.join(place)} {json.dumps(rest, sort_keys=True)}"]
    return [f"{resource.token} {'/'.join(place)}"]


def _implied_by(resource: Resource) -> Iterator[tuple[str, Statement]]:
    """What a resource says without a policy document."""
    for arn in resource.items(BOUNDARY):
        yield resource.token, _implied("Deny", f"what is outside {arn}")
    if resource.type == "AWS::Lambda::Permission":
        yield f"invoke {resource.properties.get('FunctionName')}", _invocation(resource)
    elif resource.type.endswith(UNREADABLE):
        yield resource.token, unknown(resource.properties)
    elif resource.type in MEMBERSHIPS:
        users, groups = MEMBERSHIPS[resource.type]
        for user, group in product(
            resource.items(users) or [resource.token], resource.items(groups)
        ):
            yield from ((user, statement) for statement in _named("the group", group))


def _named(kind: str, name: str) -> list[Statement]:
    """What somebody else's policy says: it allows, and unless it is known not to, it denies."""
    allows, denies = _implied("Allow", f"{kind} {name}"), _implied("Deny", f"{kind} {name}")
    return [allows] if ONLY_ALLOWS.search(name) else [allows, denies]


def _implied(effect: Literal["Allow", "Deny"], what: str) -> Statement:
    return Statement(
        effect, json.dumps({"Effect": effect, "Action": what}), Selector(frozenset({what}))
    )


def _invocation(resource: Resource) -> Statement:
    """A permission of Lambda as the statement that it adds to the function's policy."""
    given = dict(resource.properties)
    principal = given.pop("Principal", None)
    condition: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, (operator, key) in PERMISSION_CONDITIONS.items():
        if name in given:
            condition[operator][key] = given.pop(name)
    statement = {
        "Effect": "Allow",
        "Action": given.pop("Action", None),
        "Resource": given.pop("FunctionName", None),
        "Principal": principal if principal == "*" else {"Caller": principal},
        "Condition": condition,
        **given,
    }
    return read(statement)


def _managed_policies(resources: list[Resource]) -> Managed:
    """What the template's managed policies say, by their ARN, which `Ref` returns."""
    return {
        resource.token: [
            h for _, doc in resource.documents for h in _held(resource, in_document(doc))
        ]
        for resource in resources
        if resource.type == "AWS::IAM::ManagedPolicy"
    }


def _held_by_themselves(resources: list[Resource]) -> Iterator[str]:
    """The managed policies that are a boundary, or attached to nothing in the template."""
    attached = {arn for r in resources for name in MANAGED_POLICIES for arn in r.items(name)}
    boundaries = {arn for resource in resources for arn in resource.items(BOUNDARY)}
    for resource in resources:
        if resource.type == "AWS::IAM::ManagedPolicy":
            alone = resource.token not in attached and not _holders(resource, ())
            if alone or resource.token in boundaries:
                yield resource.token


def _roles(
    resource: Resource, resources: Mapping[str, Resource]
) -> Iterator[tuple[tuple[str, Place], str]]:
    """The roles that a resource runs as."""
    if resource.type.startswith("AWS::IAM::") and resource.type != "AWS::IAM::InstanceProfile":
        return
    for place, text in resource.texts:
        role = resources.get(_role_token(text))
        named = [step for step in place if not step.isdigit()]
        if (role and role.type == "AWS::IAM::Role") or (named and ROLE_PROPERTY.search(named[-1])):
            yield (resource.token, place), text


def _role_token(text: str) -> str:
    return text.replace(".Arn}", "}")
