"""The conftest of the second stack's tests: a plain dict, read from a file."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    text = (Path(__file__).parent / "template.json").read_text(encoding="utf-8")
    body: dict[str, Any] = json.loads(text)
    return body


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    """A value derived from the template: it must follow every swap."""
    found: dict[str, Any] = template["Resources"]
    return found
