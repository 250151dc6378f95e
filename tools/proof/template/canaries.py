"""Templates that are only written differently: every test must stay green on them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...template import Template
from . import embedded
from .equivalence import POLICIES, has_default_policy

_HASHED = re.compile(r"^(.*[A-Za-z])([0-9A-F]{8}|[0-9a-f]{32})$")
_UNORDERED = ("Action", "Statement", "Resource", "Tags", "DependsOn", "ManagedPolicyArns")
_ONE_OR_MANY = ("Action", "Resource", "Service")
_TEXTS = ("Description", "AlarmDescription")


def canaries(template: Template) -> dict[str, dict[str, Any]]:
    """Make the canaries, by name. Each differs from the template in its text alone."""
    return {name: make(template.copy()) for name, make in _CANARIES.items()}


def _rewritten(body: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The same with every object changed, the inner ones first."""
    if isinstance(body, dict):
        return change({key: _rewritten(value, change) for key, value in body.items()})
    return [_rewritten(item, change) for item in body] if isinstance(body, list) else body


def _reordered(body: Any) -> Any:
    """The keys of every object in reverse."""
    return _rewritten(body, lambda each: dict(reversed(each.items())))


def _rehashed(body: Any) -> Any:
    """Other hashes at the end of CDK's logical ids."""
    names = {name: _other_hash(name) for name in body["Resources"] if _HASHED.match(name)}
    text = json.dumps(body)
    for name, other in names.items():
        text = re.sub(rf"(?<![A-Za-z0-9]){name}(?![A-Za-z0-9])", other, text)
    return json.loads(text)


def _other_hash(name: str) -> str:
    found = _HASHED.match(name)
    assert found is not None
    digits = found[2].translate(str.maketrans("0123456789", "1234567890"))
    return found[1] + digits.translate(str.maketrans("ABCDEFabcdef", "BCDEFAbcdefa"))


def _other_texts(body: Any) -> Any:
    """Other descriptions."""
    body["Description"] = "In other words."
    for element in (*body["Resources"].values(), *body.get("Outputs", {}).values()):
        for place in (element, element.get("Properties", {})):
            for key in _TEXTS:
                if isinstance(place.get(key), str):
                    place[key] = "In other words."
    return body


def _new_assets(body: Any) -> Any:
    """Another content hash of every asset."""
    text = re.sub(r'"[0-9a-f]{64}\.zip"', f'"{"0f" * 32}.zip"', json.dumps(body))
    return json.loads(re.sub(r"asset\.[0-9a-f]{64}", f"asset.{'0f' * 32}", text))


def _other_order(body: Any) -> Any:
    """Lists whose order means nothing, in reverse."""

    def change(each: dict[str, Any]) -> dict[str, Any]:
        lists = {key for key in _UNORDERED if isinstance(each.get(key), list)}
        return {key: value[::-1] if key in lists else value for key, value in each.items()}

    return _rewritten(body, change)


def _one_or_many(body: Any) -> Any:
    """In policies a list of one item for a single value, and the reverse."""

    def change(each: dict[str, Any]) -> dict[str, Any]:
        keys = _ONE_OR_MANY if "Effect" in each or "Service" in each else ()
        return {key: _swapped(value) if key in keys else value for key, value in each.items()}

    return _rewritten(body, change)


def _swapped(value: Any) -> Any:
    if isinstance(value, list):
        return value[0] if len(value) == 1 else value
    return [value]


def _without_metadata(body: Any) -> Any:
    """No metadata at all: neither CDK's paths nor its usage resource."""
    body.pop("Metadata", None)
    body["Resources"] = {
        name: {key: value for key, value in resource.items() if key != "Metadata"}
        for name, resource in body["Resources"].items()
        if resource["Type"] != "AWS::CDK::Metadata"
    }
    return body


def _default_policies(body: Any) -> Any:
    """No deletion policy that only says what CloudFormation does without it."""
    for resource in body["Resources"].values():
        for attribute in POLICIES:
            if has_default_policy(resource, attribute):
                del resource[attribute]
    return body


def _other_json(body: Any) -> Any:
    """JSON texts with their keys in reverse and without spaces."""
    if isinstance(body, dict):
        return {key: _other_json(value) for key, value in body.items()}
    if isinstance(body, list):
        return [_other_json(item) for item in body]
    document = embedded.parse(body) if isinstance(body, str) else None
    if document is None:
        return body
    return embedded.render(replace(document, data=_reordered(document.data)))


_CANARIES: dict[str, Callable[[Any], Any]] = {
    "keys in another order": _reordered,
    "other hashes in logical ids": _rehashed,
    "other descriptions": _other_texts,
    "other asset hashes": _new_assets,
    "unordered lists in another order": _other_order,
    "one value or a list of one in policies": _one_or_many,
    "no metadata": _without_metadata,
    "no deletion policy that is the default": _default_policies,
    "JSON texts in another order": _other_json,
}
