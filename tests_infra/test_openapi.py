"""contract/openapi.json describes the API that the template defines."""

from __future__ import annotations

import json
from typing import Any

import pytest

import contract
from tools import openapi
from tools.template import Template


@pytest.fixture(scope="session")
def written() -> Any:
    return json.loads(contract.OPENAPI.read_text(encoding="utf-8"))


def test_openapi_description_is_current(template: Template, written: Any) -> None:
    """One document for all stages: a GET is signed or open, as the stage says."""
    try:
        current = openapi.description(template)
    except (LookupError, TypeError, ValueError) as problem:
        pytest.fail(f"the API of the template cannot be described: {problem!r}")
    assert current == written, "contract/openapi.json is old: run `python -m tools.openapi`"
