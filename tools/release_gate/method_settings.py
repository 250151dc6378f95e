"""The settings of a REST API's stage, by method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.release_gate.comparison import Pair, Resource

DEFAULT = "* /*"
Settings = Mapping[str, Any]


def method_settings(stage: Resource) -> dict[str, Settings]:
    """Return the settings by method, such as `GET /user`; `* /*` is every other method's."""
    rows = stage.at("MethodSettings") or []
    return {
        f"{row.get('HttpMethod', '*')} {_path(row.get('ResourcePath', '/*'))}": row
        for row in rows
        if isinstance(row, dict)
    }


def compared(pair: Pair) -> Iterator[tuple[str, Settings, Settings]]:
    """Yield each method that either stage has settings of its own for, with both settings."""
    before, after = method_settings(pair.before), method_settings(pair.after)
    for method in sorted({*before, *after}):
        old, new = (found.get(method, found.get(DEFAULT, {})) for found in (before, after))
        yield method, old, new


def _path(written: str) -> str:
    """`/~1user` is `/user` as a JSON pointer."""
    path = written.replace("~1", "/").replace("//", "/")
    return path if path.startswith("/") else f"/{path}"
