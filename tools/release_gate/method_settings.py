"""The settings of a REST API's stage, by method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.release_gate.comparison import Resource

DEFAULT = "* /*"


def method_settings(stage: Resource) -> dict[str, Mapping[str, Any]]:
    """Return the settings by method, such as `GET /user`; `* /*` is every other method's."""
    rows = stage.at("MethodSettings") or []
    return {
        f"{row.get('HttpMethod', '*')} {_path(row.get('ResourcePath', '/*'))}": row
        for row in rows
        if isinstance(row, dict)
    }


def _path(written: str) -> str:
    """`/~1user` is `/user` as a JSON pointer."""
    path = written.replace("~1", "/").replace("//", "/")
    return path if path.startswith("/") else f"/{path}"
