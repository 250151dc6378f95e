"""What the statements of a template hold for.

A holder is a text that names by tokens what its statements hold for: a role with its identity
policies, a property of a resource with a document in it, a function that may be invoked. What no
document says is put as a statement: a managed policy allows what it allows, a permissions boundary
denies what is outside.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from .resources import Place, Resource
from .statements import Selector, Statement, in_document, read, unknown

Said = Iterator[tuple[str, Statement]]  # each statement with its holder
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
IDENTITIES = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
ATTACHED = {
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
    MANAGED_POLICY: ("Roles", "Users", "Groups"),
    "AWS::IAM::RolePolicy": ("RoleName",),
    "AWS::IAM::UserPolicy": ("UserName",),
    "AWS::IAM::GroupPolicy": ("GroupName",),
}
BOUNDARY = "PermissionsBoundary"
# Properties that name policies, or groups with policies, for those of their resource.
NAMING = ("ManagedPolicyArns", "ManagedPolicies", "Groups")
# AWS names its few managed policies that deny something for what they do.
ONLY_ALLOWS = re.compile(r":iam::aws:policy/(?!.*(Deny|Quarantine))")
# Types that may grant something in a way of their own.
UNREADABLE = ("Permission", "Permissions", "::EventBusPolicy", "GroupAddition", "Formation::Stack")
PERMISSION_CONDITIONS = {
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


@dataclass(frozen=True)
class Holders:
    """The statements of each holder, and the resources that holders name."""

    resources: Mapping[str, Resource]  # by their tokens
    statements: Mapping[str, list[Statement]]


def holders_of(resources: list[Resource]) -> Holders:
    """Find what every resource says."""
    by_token = {resource.token: resource for resource in resources}
    managed = {r.token: _in_documents(r) for r in resources if r.type == MANAGED_POLICY}
    statements = defaultdict(list)
    for resource in resources:
        for holder, statement in _said(resource, managed):
            statements[holder].append(statement)
    for token in _held_by_themselves(resources) & managed.keys():
        statements[token] += managed[token]
    return Holders(by_token, statements)


def _said(resource: Resource, managed: Mapping[str, list[Statement]]) -> Said:
    for place, document in resource.documents:
        for holder in _holders(resource, place):
            yield from ((holder, s) for s in _by(resource, in_document(document)))
    for name in NAMING if resource.type.startswith(("AWS::IAM::", "AWS::SSO::")) else ():
        for text in resource.items(name):
            statements = managed.get(text) or _by(resource, _elsewhere(text))
            yield from ((resource.token, s) for s in statements)
    for holder, statement in _implied_by(resource):
        yield from ((holder, s) for s in _by(resource, [statement]))


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


def _implied_by(resource: Resource) -> Said:
    """What a resource says without a document."""
    for arn in resource.items(BOUNDARY):
        yield resource.token, _implied("Deny", f"what is outside {arn}")
    if resource.type == "AWS::Lambda::Permission":
        yield f"invoke {resource.properties.get('FunctionName')}", _invocation(resource)
    elif resource.type.endswith(UNREADABLE):
        yield resource.token, unknown(resource.properties)


def _by(resource: Resource, statements: Iterable[Statement]) -> list[Statement]:
    """The statements as a resource says them, which may exist under a condition only."""
    return [
        replace(s, construct=resource.construct, conditions=s.conditions | resource.exists_if)
        for s in statements
    ]


def _in_documents(resource: Resource) -> list[Statement]:
    return _by(resource, (s for _, document in resource.documents for s in in_document(document)))


def _elsewhere(name: str) -> list[Statement]:
    """What a policy or group outside the template says: it allows, and it may deny."""
    allows, denies = (_implied(effect, f"what {name} says") for effect in ("Allow", "Deny"))
    return [allows] if ONLY_ALLOWS.search(name) else [allows, denies]


def _implied(effect: Literal["Allow", "Deny"], what: str) -> Statement:
    text = json.dumps({"Effect": effect, "Action": what})
    return Statement(effect, text, Selector(frozenset({what})))


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


def _held_by_themselves(resources: list[Resource]) -> set[str]:
    """The managed policies that are a boundary, or attached to nothing in the template."""
    attached = {arn for resource in resources for name in NAMING for arn in resource.items(name)}
    boundaries = {arn for resource in resources for arn in resource.items(BOUNDARY)}
    alone = {r.token for r in resources if r.type == MANAGED_POLICY and not _holders(r, ())}
    return boundaries | (alone - attached)
