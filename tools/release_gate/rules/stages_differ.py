"""A stage differs from the stage that is tested before it in more than their settings explain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from tools.release_gate.comparison import renamed
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.settings import ALIKE, EXPLAINED
from tools.template import Element, Template, plain

RULE = Rule(
    "stages-differ",
    severity="high",
    why="What was tested on that stage is not what is released to this one.",
)
# What of an element counts beside its properties, and a resource's description.
KEPT = ("DeletionPolicy", "UpdateReplacePolicy", "Condition", "Value", "Export")
# The hash that the CDK puts into the path of a permission.
_HASH = re.compile(r"(?<=[A-Za-z])[0-9A-F]{8}(?![0-9A-Za-z])")


def findings(change: Change) -> Iterator[Finding]:
    model = ALIKE.get(change.stage, "")
    if model not in change.siblings:
        return
    explained = _explained(change, model)
    tried, here = (_elements(change.siblings[s], s) for s in (model, change.stage))
    for name in sorted({*tried, *here}):
        if name not in here or name not in tried:
            present = {True: "present", False: "absent"}
            yield RULE.finding(
                name.partition(" ")[2],
                before=f"{model}: {present[name in tried]}",
                after=f"{change.stage}: {present[name in here]}",
            )
            continue
        for place in sorted({*tried[name], *here[name]}):
            was, now = (values[name].get(place, "absent") for values in (tried, here))
            type_, _, path = name.partition(" ")
            if was != now and not any(fnmatchcase(f"{type_} {place}", p) for p in explained):
                yield RULE.finding(
                    path, before=f"{model}: {place} {was}", after=f"{change.stage}: {place} {now}"
                )


def _explained(change: Change, model: str) -> tuple[str, ...]:
    """Patterns of the places whose settings differ between the two stages."""
    own, other = (change.settings.get(stage, {}) for stage in (change.stage, model))
    return tuple(
        pattern
        for setting, patterns in EXPLAINED.items()
        if own.get(setting) != other.get(setting)
        for pattern in patterns
    )


def _elements(template: Template, stage: str) -> dict[str, dict[str, str]]:
    """Every value of every element by its place, in words that are the same in all stages."""
    names = {element.logical_id: _neutral(element.name, stage) for element in template.elements()}
    return {
        f"{element.type} {names[element.logical_id]}": dict(
            _leaves(renamed(plain(_content(element)), names), "", stage)
        )
        for element in template.elements()
    }


def _content(element: Element) -> dict[str, Any]:
    kept = {key: value for key, value in element.body.items() if key in KEPT}
    return {**kept, **element.properties}


def _leaves(value: Any, place: str, stage: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{place}/{key}", stage)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{place}/{index}", stage)
    else:
        yield place.lstrip("/"), _neutral(str(value), stage)


def _neutral(text: str, stage: str) -> str:
    return _HASH.sub("", re.sub(rf"{re.escape(stage)}(?![a-z])", "STAGE", text))
