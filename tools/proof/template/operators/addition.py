"""Addition: what partial matchers cannot see. A property, an item, an output, a condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....template import Element, Template
from .. import embedded, shapes
from ..edits import Draft, insert, set_, setting
from ..graph import is_intrinsic, target
from ..shapes import Node, Shape
from .omission import undepended
from .resources import NEW, resources
from .walking import is_policy, label, nodes

STATEFUL = (
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::S3::Bucket",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::SQS::Queue",
)


def additions(template: Template, element: Element) -> Iterator[Draft]:
    """Add what this element does not have."""
    yield from resources(template, element)
    if element.section == "Template":
        yield from _to_template(template)
    if element.section == "Resources":
        yield from _properties(element)
        yield from _attributes(element)
        yield from _condition(template, element)
    for node in nodes(element):
        yield from _entries(element, node)


def _properties(element: Element) -> Iterator[Draft]:
    """Optional properties that the resource leaves out, set to what is not the default."""
    own = element.properties
    named = shapes.name_property(element.type)
    for name, shape in shapes.absent(element.type).items():
        if name in own:
            continue
        value = "mutant" if name == named else _sample(shape)
        if value is not None:
            operator = "ADD_NAME" if name == named else "ADD"
            yield setting(element, ("Properties", name), operator, f"{name} is {value}", value)


def _sample(shape: Shape) -> Any:
    if "example" in shape:
        return shape["example"]
    if shape.get("type") == "boolean":
        return not shape.get("default", False)
    words = [word for word in shape.get("enum", ()) if word != shape.get("default")]
    return words[0] if words else None


def _attributes(element: Element) -> Iterator[Draft]:
    for name in ("DeletionPolicy", "UpdateReplacePolicy"):
        if name not in element.body and element.type in STATEFUL:
            yield setting(element, (name,), "ADD", f"{name} is Retain", "Retain")


def _condition(template: Template, element: Element) -> Iterator[Draft]:
    """The resource only where a condition holds that never does."""
    if "Condition" in element.body or element.type not in STATEFUL:
        return
    conditions = {**template.body.get("Conditions", {}), NEW: {"Fn::Equals": ["this", "that"]}}
    edits = (
        set_(("Conditions",), conditions),
        set_((*element.path, "Condition"), NEW),
        *undepended(template, {element.logical_id}),
    )
    yield Draft(("Condition",), "ADD_CONDITION", edits, "only where a condition holds: never")


def _to_template(template: Template) -> Iterator[Draft]:
    """What belongs to no resource: a macro, a parameter, an output."""
    if "Transform" not in template.body:
        edits = (set_(("Transform",), "AWS::LanguageExtensions"),)
        yield Draft(("Transform",), "ADD", edits, "a macro that rewrites the template")
    for section, description, new in (
        ("Parameters", "another parameter", {"Type": "String", "Default": "mutant"}),
        ("Outputs", "another output, exported", {"Value": "mutant", "Export": {"Name": "mutant"}}),
    ):
        edits = (set_((section,), {**template.body.get(section, {}), NEW: new}),)
        yield Draft((section,), "ADD_KEY", edits, description)


def _entries(element: Element, node: Node) -> Iterator[Draft]:
    """Another item of a list of texts, another key of a map of texts, another tag."""
    path, value = node.path, node.value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        edits = (insert((*element.path, *path, len(value)), _another_item(node)),)
        yield Draft(path, "ADD_ITEM", edits, f"another item of {label(node)}")
    elif isinstance(value, list) and value and all(_is_tag(item) for item in value):
        tag = {"Key": "mutant", "Value": "mutant"}
        edits = (insert((*element.path, *path, len(value)), tag),)
        yield Draft(path, "ADD_ITEM", edits, "another tag")
    elif _is_map(node):
        edits = (set_((*element.path, *path, NEW), "mutant"),)
        yield Draft(path, "ADD_KEY", edits, f"another key of {label(node)}")
    document = embedded.parse(value)
    if document is None or not isinstance(document.data, dict):
        return
    if element.type != "AWS::CloudWatch::Dashboard":
        text = embedded.render(document, with_=((NEW,), "$context.identity.sourceIp"))
        description = f"another key in {label(node)}"
        yield setting(element, path, "ADD_KEY", description, text, inside="!")


def _another_item(node: Node) -> str:
    words = node.shape.get("items", {}).get("enum", ())
    return next((word for word in words if word not in node.value), "mutant")


def _is_tag(item: Any) -> bool:
    return isinstance(item, dict) and item.keys() == {"Key", "Value"}


def _is_map(node: Node) -> bool:
    """An object whose keys are the user's: environment variables, headers, parameters."""
    free = "patternProperties" in node.shape and not node.shape.get("properties")
    value = node.value
    return (
        free
        and isinstance(value, dict)
        and not is_intrinsic(value)
        and not is_policy(value)
        and all(isinstance(item, str) or target(item) is not None for item in value.values())
    )
