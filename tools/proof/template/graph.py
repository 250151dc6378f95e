"""Which resource refers to which: Ref, Fn::GetAtt, Fn::Sub and DependsOn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...template import Template, listed

_SUBSTITUTED = re.compile(r"\$\{([^!$}][^}]*)\}")


def is_intrinsic(value: Any) -> bool:
    """Tell whether a value is a reference or a function of CloudFormation."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    key = next(iter(value))
    return key in ("Ref", "Condition") or key.startswith("Fn::")


def target(value: Any) -> str | None:
    """Return the logical id (or pseudo parameter) that a Ref or Fn::GetAtt names."""
    if not is_intrinsic(value):
        return None
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value.get("Fn::GetAtt")
    if isinstance(attribute, list):
        return str(attribute[0])
    return str(attribute).split(".")[0] if isinstance(attribute, str) else None


def references(value: Any) -> set[str]:
    """Find every logical id that a value names, at any depth."""
    return set(_references(value))


def _references(value: Any) -> Iterator[str]:
    name = target(value)
    if name is not None:
        yield name
    elif isinstance(value, dict):
        if is_intrinsic(value) and "Fn::Sub" in value:
            yield from _substituted(value["Fn::Sub"])
        for child in value.values():
            yield from _references(child)
    elif isinstance(value, list):
        for child in value:
            yield from _references(child)


def _substituted(sub: Any) -> Iterator[str]:
    text, own = (sub[0], sub[1]) if isinstance(sub, list) else (sub, {})
    for name in _SUBSTITUTED.findall(text):
        if name not in own:
            yield name.split(".")[0]


def depends_on(resource: dict[str, Any]) -> list[str]:
    """Return the DependsOn of a resource as a list."""
    return listed(resource.get("DependsOn"))


def edges(template: Template, *, without: tuple[str, str] | None = None) -> dict[str, set[str]]:
    """Map each resource to those that CloudFormation creates before it.

    `without` leaves out one DependsOn entry, as (resource, entry).
    """
    known = template.body["Resources"]
    graph = {}
    for logical_id, resource in known.items():
        named = references(resource.get("Properties", {}))
        for entry in depends_on(resource):
            if (logical_id, entry) != without:
                named.add(entry)
        graph[logical_id] = named & known.keys() - {logical_id}
    return graph


def reaches(graph: dict[str, set[str]], start: str, goal: str) -> bool:
    """Tell whether a way leads from one resource to another."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in graph[waiting.pop()] - seen:
            if name == goal:
                return True
            seen.add(name)
            waiting.append(name)
    return False


def dependants(template: Template, logical_id: str) -> set[str]:
    """Find the resource and everything that refers to it in its properties, transitively."""
    found = {logical_id}
    users = {
        name: references(resource.get("Properties", {}))
        for name, resource in template.body["Resources"].items()
    }
    grown = True
    while grown:
        more = {name for name, named in users.items() if named & found} - found
        found |= more
        grown = bool(more)
    return found
