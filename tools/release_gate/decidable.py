"""Whether a template can be compared at all: what only CloudFormation works out cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.release_gate.problems import UndecidedError
from tools.template import Template

# What the CDK writes of itself, and no resource but its own uses.
IGNORED_TYPES = ("AWS::CDK::Metadata",)


def check(template: Template, name: str) -> None:
    """Raise UndecidedError when a value of a resource or output is known at deployment only.

    Transforms always count; parameters, conditions, mappings and dynamic references where a
    resource or an output uses them.
    """
    if template.body.get("Transform"):
        raise UndecidedError(f"{name}: has a Transform, which rewrites the template as it deploys")
    parameters = set(template.body.get("Parameters", {}))
    for section in ("Resources", "Outputs"):
        for logical_id, body in template.body.get(section, {}).items():
            if body.get("Type") not in IGNORED_TYPES:
                for reason in _unknown(body, parameters):
                    raise UndecidedError(f"{name}: {section}/{logical_id}: {reason}")


def _unknown(value: Any, parameters: set[str], *, top: bool = True) -> Iterator[str]:
    match value:
        case {"Condition": str(condition), "Type": _} if top:
            yield f"exists only if the condition {condition} holds"
        case {"Fn::If": _}:
            yield "uses Fn::If, whose value is known at deployment only"
        case {"Fn::FindInMap": _}:
            yield "uses Fn::FindInMap, whose value is known at deployment only"
        case {"Fn::Transform": _}:
            yield "uses Fn::Transform, which rewrites it as it deploys"
        case {"Ref": str(name)} if name in parameters:
            yield f"uses the parameter {name}, whose value is known at deployment only"
    if isinstance(value, str):
        yield from _unknown_in_text(value, parameters)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _unknown(item, parameters, top=False)


def _unknown_in_text(text: str, parameters: set[str]) -> Iterator[str]:
    if "{{resolve:" in text:
        yield "uses a dynamic reference, whose value is known at deployment only"
    for name in parameters:
        if f"${{{name}}}" in text:
            yield f"uses the parameter {name}, whose value is known at deployment only"
