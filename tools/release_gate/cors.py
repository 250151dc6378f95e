"""Which web origins a template lets read the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.release_gate.comparison import Resource

ALLOW_ORIGIN = "access-control-allow-origin"
ALLOW_CREDENTIALS = "access-control-allow-credentials"
ANY = "any origin, by a mapping template"
_ORIGIN = re.compile(r"null|https?://.*|.*[*$].*")
_COMPARED = re.compile(r"""\$!?\w+\s*==\s*["']([^"'$]+)["']""")
_DIRECTIVE = re.compile(r"#\{?(if|elseif|else|end|set)\b\}?\s*")


def origins(resources: Mapping[str, Resource]) -> dict[str, str]:
    """Return the construct path by origin, for every origin that some resource allows.

    Origins are in environment variables with `origin` in their names, in CORS settings, and in
    headers and mapping templates of the gateway. A mapping template that sets the header without
    comparing the request's origin allows any.
    """
    found: dict[str, str] = {}
    for resource in resources.values():
        for origin in _of(resource.properties):
            found.setdefault(origin, resource.path)
    return found


def _of(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _of(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _of(item, key)
    else:
        yield from _named(key.lower(), value)


def _named(key: str, value: Any) -> Iterator[str]:
    text = str(value)
    if key.endswith(ALLOW_CREDENTIALS) or key == "allowcredentials":
        if "true" in text.lower():
            yield "with credentials"
    elif key.endswith(ALLOW_ORIGIN):
        # True declares the header; a text sets it.
        yield from () if isinstance(value, bool) else (text.strip("'"),)
    elif "origin" in key:
        parts = (part.strip() for part in text.split(","))
        yield from (part for part in parts if _ORIGIN.fullmatch(part))
    elif ALLOW_ORIGIN in text.lower():
        yield from _of_mapping(text)


def _of_mapping(text: str) -> Iterator[str]:
    """The origins for which a Velocity template sets the header."""
    conditions: list[str] = []
    for found in _DIRECTIVE.finditer(text):
        word, argument = found[1], _argument(text, found.end())
        if word == "if":
            conditions.append(argument)
        elif word in ("elseif", "else") and conditions:
            # What holds in the other branch is not worked out: it may be any origin.
            conditions[-1] = ""
        elif word == "end" and conditions:
            conditions.pop()
        elif word == "set" and ALLOW_ORIGIN in argument.lower():
            yield from _allowed_by(conditions) or [ANY]


def _allowed_by(conditions: Sequence[str]) -> list[str]:
    """The origins of a condition that is nothing but comparisons with an origin, joined by or."""
    for condition in conditions:
        rest = _COMPARED.sub("", condition).replace("||", "").strip(" ()")
        if not rest and (names := _COMPARED.findall(condition)):
            return [str(name) for name in names]
    return []


def _argument(text: str, start: int) -> str:
    """The text between the parentheses that open at `start`; empty where none do."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return text[start + 1 : index] if text[start] == "(" else ""
    return ""
