"""Intrinsic functions as plain text, and values that can be written in several ways."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Return the value with `Ref`, `Fn::GetAtt`, `Fn::Join` and `Fn::Sub` as text.

    A reference reads `${Name}` or `${Name.Attribute}`, as in `Fn::Sub`; any other function reads
    as its JSON. Literal text that looks like a reference is distinguished as `$!{...}`.
    """
    match value:
        case str():
            return value.replace("${", "$!{")
        case list():
            return [plain(item) for item in value]
        case dict() if len(value) != 1:
            return {key: plain(item) for key, item in value.items()}
        case {"Ref": str(name)} | {"Fn::GetAtt": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Join": [str(between), [*parts]]}:
            return between.join(str(plain(part)) for part in parts)
        case {"Fn::Sub": str(text)}:
            return _substituted(text, {})
        case {"Fn::Sub": [str(text), dict(names)]}:
            return _substituted(text, names)
        case dict():
            ((name, item),) = value.items()
            if name.startswith("Fn::"):
                return f"${{{name} {json.dumps(item, sort_keys=True)}}}"
            return {name: plain(item)}
    return value


def _substituted(text: str, names: Mapping[str, Any]) -> str:
    def substitute(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("!"):
            return f"$!{{{name[1:]}}}"
        return str(plain(names[name])) if name in names else found[0]

    return re.sub(r"\$\{([^}]+)\}", substitute, text)


def named(items: Any, key: str, value: str) -> dict[str, Any]:
    """Return a list of pairs as a mapping. Raises AssertionError on anything but unique pairs."""
    pairs = items if isinstance(items, list) else []
    if not all(isinstance(pair, Mapping) and set(pair) == {key, value} for pair in pairs):
        raise AssertionError(f"not pairs of {key} and {value}: {items!r}")
    found = {str(pair[key]): pair[value] for pair in pairs}
    if len(found) != len(pairs):
        raise AssertionError(f"a {key} is repeated: {items!r}")
    return found


def listed(value: Any) -> list[Any]:
    """Return a list; CloudFormation and IAM accept a single item where a list is meant."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a value, keys too."""
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield key
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)


def decoded(text: Any) -> Any:
    """Return the value that a JSON text encodes. Raises AssertionError when it is not one."""
    try:
        return json.loads(text)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"not JSON: {text!r} ({error})") from None
