"""IAM documents by meaning: the set of single grants, however the statements are cut."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from tools.template import Element, listed


class Grant(NamedTuple):
    """One action on one resource for one principal; `more` is what else the statement contains."""

    effect: Any
    action: str
    resource: str = ""
    principal: str = ""
    more: str = ""


def grant(
    effect: str,
    action: str,
    *,
    resource: str = "",
    principal: str = "",
    condition: Mapping[str, Any] | None = None,
) -> Grant:
    """An expected grant. A principal reads `Service:name`, or `*` for everyone."""
    more = _text({"Condition": condition}) if condition else ""
    return Grant(effect, action, resource, principal, more)


def grants(document: Any) -> set[Grant]:
    """Every grant of a policy document of the current version."""
    assert isinstance(document, Mapping), f"not a policy document: {document!r}"
    assert set(document) <= {"Version", "Statement", "Id"}
    # The older version is the default, and reads policy variables as text.
    assert document.get("Version") == "2012-10-17"
    return {
        found
        for statement in listed(document.get("Statement"))
        for found in _of_statement(statement)
    }


def role_grants(role: Element) -> set[Grant]:
    """What a role's own policies grant."""
    policies = listed(role.at("Policies"))
    assert all(set(policy) == {"PolicyName", "PolicyDocument"} for policy in policies)
    return {found for policy in policies for found in grants(policy["PolicyDocument"])}


def _of_statement(statement: Mapping[str, Any]) -> set[Grant]:
    usual = {"Sid", "Effect", "Action", "Resource", "Principal"}
    rest = {key: value for key, value in statement.items() if key not in usual}
    more = _text(rest) if rest else ""
    return {
        Grant(statement.get("Effect"), action, resource, principal, more)
        for action in listed(statement.get("Action")) or [""]
        for resource in listed(statement.get("Resource")) or [""]
        for principal in _principals(statement.get("Principal")) or [""]
    }


def _principals(value: Any) -> list[str]:
    if not isinstance(value, Mapping):
        return listed(value)
    found = [f"{kind}:{name}" for kind, names in value.items() for name in listed(names)]
    # For a resource's policy these two say the same.
    return ["*" if name == "AWS:*" else name for name in found]


def _text(value: Any) -> str:
    """Write a value with every list in order, and a single item as a list."""

    def ordered(item: Any) -> Any:
        if isinstance(item, Mapping):
            return {key: ordered(value) for key, value in item.items()}
        return sorted(str(entry) for entry in listed(item))

    return json.dumps(ordered(value), sort_keys=True)
