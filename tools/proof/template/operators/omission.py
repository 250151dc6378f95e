"""Omission: a property, a list item, an attribute, an output, a whole resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....template import Element, Template
from .. import embedded
from ..edits import Draft, Edit, remove, removing, set_, setting
from ..graph import dependants, depends_on, references
from ..shapes import Node
from .walking import is_policy, label, nodes

ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy")

GRAMMAR = ("Effect", "Action", "Resource", "Principal")


def omissions(template: Template, element: Element) -> Iterator[Draft]:
    """Leave out everything that is optional."""
    for node in nodes(element):
        if _may_go(element, node):
            yield removing(element, node.path, "OMIT", f"without {label(node)}")
        yield from _keys(element, node)
    if element.section == "Resources":
        yield from _attributes(element)
        yield from _dependencies(element)
        yield _resource(template, element)
    elif element.section == "Outputs":
        yield removing(element, (), "OMIT", "without this output")


def _may_go(element: Element, node: Node) -> bool:
    if node.required or _required_of_a_statement(node):
        return False
    if not node.in_list:
        return True
    parent: Any = element.body
    for key in node.path[:-1]:
        parent = parent[key]
    return len(parent) > 1 or is_policy(parent)


def _required_of_a_statement(node: Node) -> bool:
    """IAM's grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"""
    path = node.path
    inside = "Statement" in path and path.index("Statement") >= len(path) - 3
    return path[-1] == "Statement" or (inside and path[-1] in GRAMMAR)


def _keys(element: Element, node: Node) -> Iterator[Draft]:
    """Leave out a key of a JSON document in a text."""
    document = embedded.parse(node.value)
    if document is not None:
        for path in embedded.paths(document):
            text = embedded.render(document, without=path)
            description = f"{label(node)} without {path[-1]}"
            inside = embedded.pointer(path)
            yield setting(element, node.path, "OMIT", description, text, inside=inside)


def _attributes(element: Element) -> Iterator[Draft]:
    for name in ATTRIBUTES:
        if name in element.body:
            yield removing(element, (name,), "OMIT", f"without {name}")


def _dependencies(element: Element) -> Iterator[Draft]:
    entries = depends_on(element.body)
    for index, entry in enumerate(entries):
        rest = [other for other in entries if other != entry]
        path = (*element.path, "DependsOn")
        edit = set_(path, rest) if rest else remove(path)
        yield Draft(("DependsOn", index), "OMIT", (edit,), f"without DependsOn {entry}")


def _resource(template: Template, element: Element) -> Draft:
    gone = dependants(template, element.logical_id)
    edits: list[Edit] = [remove(("Resources", name)) for name in sorted(gone)]
    edits += undepended(template, gone)
    for name, output in template.body.get("Outputs", {}).items():
        if gone & references(output):
            edits.append(remove(("Outputs", name)))
    others = f" and the {len(gone) - 1} that refer to it" if len(gone) > 1 else ""
    return Draft((), "OMIT_RESOURCE", tuple(edits), f"without this resource{others}")


def undepended(template: Template, gone: set[str]) -> list[Edit]:
    """Take these resources out of the DependsOn entries of the others."""
    edits = []
    for name, resource in template.body["Resources"].items():
        entries = depends_on(resource)
        rest = [entry for entry in entries if entry not in gone]
        if name not in gone and rest != entries:
            path = ("Resources", name, "DependsOn")
            edits.append(set_(path, rest) if rest else remove(path))
    return edits
