"""Composite: several edits that only together are a valid, and bad, template.

Those of one resource are in `composites.toml`; here are those that depend on more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....template import Element, Template
from ..edits import Draft, Edit, at, insert, remove, set_
from ..edits import Path as Steps
from ..graph import target
from ..tables import rows
from .addition import STATEFUL

PREFIX = "method.response.header.Access-Control-Allow-"


def composites(template: Template, element: Element) -> Iterator[Draft]:
    """Make each composite edit that this element allows."""
    if element.type == "AWS::ApiGateway::RestApi":
        yield from _open_api(template, element)
    for row in rows("operators/composites.toml", "edit"):
        if element.type in row["type"]:
            yield from _drafts(row, element)
    if element.type == "AWS::ApiGateway::Method":
        yield from _credentials_with_star(element)
    if element.type in STATEFUL:
        yield from _data_deleted(element)


def _drafts(row: dict[str, Any], element: Element) -> Iterator[Draft]:
    """Make one row's mutant, or one for each item where its `at` has a `*`."""
    present = [*row.get("has", ()), *row.get("when", {})]
    if not all(_has(element, place) for path in present for place in _places(path, element)):
        return
    for path, allowed in row.get("when", {}).items():
        if any(at(element.body, place) not in allowed for place in _places(path, element)):
            return
    for place in _places(row["at"], element):
        index = next((str(step) for step in place if isinstance(step, int)), "*")
        edits = tuple(_edits(row, element, index))
        if edits:
            yield Draft(place, row["operator"], edits, row["description"])


def _edits(row: dict[str, Any], element: Element, index: str) -> Iterator[Edit]:
    def places(path: str) -> list[tuple[Steps, Steps]]:
        found = _places(path.replace("*", index), element)
        return [(place, (*element.path, *place)) for place in found]

    for path, value in row.get("set", {}).items():
        yield from (set_(whole, value) for _, whole in places(path))
    for path in row.get("remove", ()):
        yield from (remove(whole) for place, whole in places(path) if _has(element, place))
    for path, value in row.get("append", {}).items():
        for place, whole in places(path):
            number = len(at(element.body, place)) if _has(element, place) else 0
            yield insert((*whole, number), value) if number else set_(whole, [value])


def _places(path: str, element: Element) -> list[Steps]:
    """The places that a path means: a `*` is each item of its list."""
    found: list[Steps] = [()]
    for step in path.split("/"):
        if step == "*":
            found = [
                (*place, index)
                for place in found
                if _has(element, place)
                for index, _ in enumerate(at(element.body, place))
            ]
        else:
            found = [(*place, int(step) if step.isdecimal() else step) for place in found]
    return found


def _has(element: Element, place: Steps) -> bool:
    try:
        at(element.body, place)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _data_deleted(element: Element) -> Iterator[Draft]:
    """RETAIN -> DELETE on data, with its protection off."""
    if element.body.get("DeletionPolicy") not in ("Retain", "Snapshot"):
        return
    edits = [
        set_((*element.path, key), "Delete") for key in ("DeletionPolicy", "UpdateReplacePolicy")
    ]
    for pattern in ("Properties", "Properties/Replicas/*"):
        for place in _places(f"{pattern}/DeletionProtectionEnabled", element):
            if _has(element, place):
                edits.append(set_((*element.path, *place), False))
    yield Draft((), "DELETE_DATA", tuple(edits), "deleted with the stack, unprotected")


def _open_api(template: Template, api: Element) -> Iterator[Draft]:
    edits = tuple(
        set_((*method.path, "Properties", "AuthorizationType"), "NONE")
        for method in template.resources("AWS::ApiGateway::Method")
        if target(method.properties.get("RestApiId")) == api.logical_id
        and method.properties.get("AuthorizationType", "NONE") != "NONE"
    )
    if edits:
        yield Draft((), "OPEN_API", edits, "every method open to everyone")


def _credentials_with_star(method: Element) -> Iterator[Draft]:
    """Access-Control-Allow-Origin * together with Allow-Credentials, method by method."""
    responses = method.properties.get("Integration", {}).get("IntegrationResponses", [])
    for index, response in enumerate(responses):
        own = response.get("ResponseParameters", {}) if isinstance(response, dict) else {}
        if f"{PREFIX}Origin" not in own:
            continue
        place = ("Properties", "Integration", "IntegrationResponses", index)
        headers = {**own, f"{PREFIX}Origin": "'*'", f"{PREFIX}Credentials": "'true'"}
        edits = [set_((*method.path, *place, "ResponseParameters"), headers)]
        for number, answer in enumerate(method.properties.get("MethodResponses", [])):
            if answer.get("StatusCode") == response.get("StatusCode"):
                path = ("Properties", "MethodResponses", number, "ResponseParameters")
                allowed = dict.fromkeys((f"{PREFIX}Origin", f"{PREFIX}Credentials"), True)
                allowed = {**answer.get("ResponseParameters", {}), **allowed}
                edits.append(set_((*method.path, *path), allowed))
        yield Draft(place, "CREDENTIALS_WITH_STAR", tuple(edits), "credentials for every origin")
