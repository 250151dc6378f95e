"""The stack as a whole: its promises, outputs and other resources, its stages and what drifted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from tools.release_gate.comparison import CHURN, canonical, renamed
from tools.release_gate.findings import Change, Difference, rule
from tools.release_gate.rules import alarms, clients, logs, permissions
from tools.release_gate.settings import ALIKE, EXPLAINED
from tools.release_gate.stateful import STATEFUL
from tools.template import Element, Template, plain


@rule(severity="high", why="What was promised to clients or operators is no longer tested.")
def promise_removed(change: Change) -> Iterator[Difference]:
    """A promise, or one of its levels, is removed from the ledger."""
    after = change.contract.promises
    for name, promise in change.deployed_contract.promises.items():
        if name not in after:
            yield Difference(name, before=promise.sentence, after="gone")
            continue
        for level in promise.levels:
            if level not in after[name].levels:
                kept = ", ".join(after[name].levels)
                yield Difference(name, before=f"proven at {level}", after=f"only at {kept}")


@rule(severity="medium", why="Programs and other stacks that read it fail.")
def output_removed(change: Change) -> Iterator[Difference]:
    """An output of the stack is removed, or its export has another name."""
    after = change.candidate.body.get("Outputs", {})
    for name, output in change.deployed.body.get("Outputs", {}).items():
        if name not in after:
            yield Difference(name, before="an output", after="gone")
        elif output.get("Export", after[name].get("Export")) != after[name].get("Export"):
            yield Difference(name, before=output["Export"], after=after[name].get("Export"))


# Other rules report that one of these is removed ...
GONE = (
    *STATEFUL,
    *CHURN,
    *alarms.ALARMS,
    *clients.ENDPOINTS,
    *permissions.ATTACHED_POLICIES,
    clients.GATEWAY_RESPONSE,
    logs.LOG_GROUP,
    "AWS::ApiGateway::Method",
    "AWS::ApiGatewayV2::Route",
    "AWS::SNS::Subscription",
)
# ... or replaced. Nothing is lost when a permission is.
REPLACED = (
    *STATEFUL,
    *CHURN,
    *clients.ENDPOINTS,
    clients.GATEWAY_RESPONSE,
    logs.LOG_GROUP,
    "AWS::Lambda::Permission",
)


@rule(severity="medium", why="What depends on it fails, for a while or for good.")
def resource_removed(change: Change) -> Iterator[Difference]:
    """Any other resource is removed without a successor, or is replaced."""
    for resource in change.removed():
        if resource.type not in GONE:
            yield Difference(resource.path, before=resource.type, after="gone")
    reasons = change.replaced
    for pair in change.pairs():
        if pair.after.id in reasons and pair.after.type not in REPLACED:
            yield Difference(pair.path, before=pair.before.id, after=reasons[pair.after.id])


@rule(
    severity="high",
    why="Somebody changed the stage by hand, and the release may undo or depend on it.",
)
def deployed_drifted(change: Change) -> Iterator[Difference]:
    """What is deployed is not what was last released, or not what its own template says."""
    for name, (before, after) in change.live.items():
        yield Difference(name, before=before, after=after)
    for section in ("Resources", "Outputs") if change.released else ():
        assert change.released
        released = change.released.body.get(section, {})
        deployed = change.deployed.body.get(section, {})
        for name in sorted({*released, *deployed}):
            before, after = released.get(name), deployed.get(name)
            if canonical(before) != canonical(after):
                path = change.deployed.names.get(name, name)
                yield Difference(
                    path, before=_different(before, after), after=_different(after, before)
                )


def _different(body: Any, other: Any) -> str:
    """What differs of a resource or output: its own part of it, by property."""
    if body is None or other is None:
        return "absent" if body is None else "present"
    own, others = ({**part, **part.get("Properties", {})} for part in (body, other))
    names = sorted({*own, *others} - {"Properties"})
    return ", ".join(
        f"{name} {canonical(own.get(name))}"
        for name in names
        if canonical(own.get(name)) != canonical(others.get(name))
    )


# What of an element counts beside its properties, and a resource's description.
KEPT = ("DeletionPolicy", "UpdateReplacePolicy", "Condition", "Value", "Export")
# The hash that the CDK puts into the path of a permission.
_HASH = re.compile(r"(?<=[A-Za-z])[0-9A-F]{8}(?![0-9A-Za-z])")


@rule(severity="high", why="What was tested on that stage is not what is released to this one.")
def stages_differ(change: Change) -> Iterator[Difference]:
    """A stage differs from the stage that is tested before it in more than their settings explain."""
    model = ALIKE.get(change.stage, "")
    if model not in change.siblings:
        return
    explained = _explained(change, model)
    tried, here = (_elements(change.siblings[s], s) for s in (model, change.stage))
    for name in sorted({*tried, *here}):
        if name not in here or name not in tried:
            present = {True: "present", False: "absent"}
            yield Difference(
                name.partition(" ")[2],
                before=f"{model}: {present[name in tried]}",
                after=f"{change.stage}: {present[name in here]}",
            )
            continue
        for place in sorted({*tried[name], *here[name]}):
            was, now = (values[name].get(place, "absent") for values in (tried, here))
            type_, _, path = name.partition(" ")
            if was != now and not any(fnmatchcase(f"{type_} {place}", p) for p in explained):
                yield Difference(
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
