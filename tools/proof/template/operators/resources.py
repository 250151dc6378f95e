"""Resources: new ones, beside an existing resource or on their own.

The new resources are in `resources.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....template import Element, Template
from ..edits import Draft, set_
from ..tables import rows

NEW = "Mutant"


def resources(template: Template, element: Element) -> Iterator[Draft]:
    """Add each resource of the table that belongs beside this element."""
    del template
    if element.section not in ("Resources", "Template"):
        return
    for row in rows("operators/resources.toml", "add"):
        if row.get("beside", "Template") == element.type:
            try:
                properties = _filled(row.get("properties", {}), element)
            except KeyError:
                continue
            yield _added({"Type": row["type"], "Properties": properties}, row)
    if element.type == "AWS::Lambda::Function":
        yield _added(element.body, {"variant": "twin", "description": "a second, equal function"})


def _added(resource: dict[str, Any], row: dict[str, Any]) -> Draft:
    edits = (set_(("Resources", NEW), resource),)
    return Draft((), "ADD_RESOURCE", edits, row["description"], row["variant"])


def _filled(value: Any, element: Element) -> Any:
    """Put the element's logical id for `<id>`, and its property for `<Name>`.

    Raises KeyError where it has no such property.
    """
    if isinstance(value, dict):
        return {key: _filled(item, element) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, element) for item in value]
    if value == "<id>":
        return element.logical_id
    if isinstance(value, str) and value.startswith("<"):
        return element.properties[value.strip("<>")]
    return value
