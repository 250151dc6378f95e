"""Reference: to another resource, to a literal, to a wildcard, to another literal part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ....template import Element, Template
from .. import embedded
from ..edits import Draft, Path, setting
from ..graph import is_intrinsic, target
from ..shapes import Node
from .walking import brief, label, nodes

LITERAL = "mutant"
PSEUDO = {
    "AWS::Region": "eu-south-2",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws-mutant",
}
MOST_OTHERS = 3


def references(template: Template, element: Element) -> Iterator[Draft]:
    """Change every reference that the element makes."""
    for node in nodes(element):
        if is_intrinsic(node.value):
            yield from _function(template, element, node)


def _function(template: Template, element: Element, node: Node) -> Iterator[Draft]:
    for path, value in _parts(node.value, node.path):
        name = target(value)
        if name is not None:
            yield from _redirected(template, element, node, path, value)
            literal = _foreign(template, value, name)
            description = f"the literal {literal} instead of {name} in {label(node)}"
            yield setting(element, path, "LITERAL", description, literal)
            if path != node.path:
                description = f"* instead of {name} in {label(node)}"
                yield setting(element, path, "WILDCARD", description, "*")
        elif isinstance(value, str) and re.search(r"\w", value) and not embedded.parse(node.value):
            other = _another(value)
            description = f"{label(node)} says {brief(other)} instead of {brief(value)}"
            yield setting(element, path, "PART", description, other)


def _parts(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield the references and texts of an intrinsic function."""
    if target(value) is not None:
        yield path, value
    elif isinstance(value, dict) and "Fn::Join" in value and isinstance(value["Fn::Join"][1], list):
        for index, part in enumerate(value["Fn::Join"][1]):
            if isinstance(part, str):
                yield (*path, "Fn::Join", 1, index), part
            else:
                yield from _parts(part, (*path, "Fn::Join", 1, index))
    elif isinstance(value, dict) and isinstance(value.get("Fn::Sub"), str):
        yield (*path, "Fn::Sub"), value["Fn::Sub"]


def _redirected(
    template: Template, element: Element, node: Node, path: Path, value: Any
) -> Iterator[Draft]:
    name = target(value)
    resources = template.body["Resources"]
    if name is None or name not in resources:
        return
    kind = resources[name]["Type"]
    others = [e for e in template.resources(kind) if e.logical_id not in (name, element.logical_id)]
    for other in others[:MOST_OTHERS]:
        new = _renamed(value, other.logical_id)
        what = f"{label(node)} names {other.name} instead of {template.names.get(name, name)}"
        yield setting(element, path, "REDIRECT", what, new, other.name)
    function = resources[name].get("Properties", {}).get("FunctionName")
    if kind == "AWS::Lambda::Alias" and target(function) in resources:
        new = {"Fn::GetAtt": [target(function), "Arn"]}
        what = f"{label(node)} names the unpublished function instead of its alias"
        yield setting(element, path, "UNVERSIONED", what, new)


def _foreign(template: Template, value: Any, name: str) -> str:
    """A literal of the same kind: an ARN of another account for an ARN."""
    kind = template.body["Resources"].get(name, {}).get("Type", "")
    if kind == "AWS::IAM::Role" and "Fn::GetAtt" in value:
        return "arn:aws:iam::123456789012:role/mutant"
    if str(value.get("Fn::GetAtt", "")).endswith(("Arn", "Arn']")) or kind == "AWS::SNS::Topic":
        return f"arn:aws:{kind.split('::')[1].lower()}:us-east-1:123456789012:mutant"
    return PSEUDO.get(name, LITERAL)


def _renamed(value: dict[str, Any], name: str) -> dict[str, Any]:
    if "Ref" in value:
        return {"Ref": name}
    attribute = value["Fn::GetAtt"]
    rest = attribute[1:] if isinstance(attribute, list) else attribute.split(".")[1:]
    return {"Fn::GetAtt": [name, *rest]}


def _another(text: str) -> str:
    """The same text with its last word changed."""
    return re.sub(r"(\w)(\W*)$", r"\1x\2", text)
