"""The tables of this package: reviewed data that a reader may add to."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any


@functools.cache
def rows(file: str, name: str) -> list[dict[str, Any]]:
    """Return the tables `[[name]]` of a TOML file beside this module, in their order."""
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)[name]
    return found
