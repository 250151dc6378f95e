"""contract/openapi.json describes the API that the template defines."""

from __future__ import annotations

import json

import pytest

import contract
from contract.stages import Promised
from tools import openapi
from tools.template import Template


def test_openapi_description_is_current(template: Template, promised: Promised) -> None:
    """One document for all stages: it shows the authorization of those that have one."""
    written = json.loads(contract.OPENAPI.read_text(encoding="utf-8"))
    if promised.authorization == "NONE":
        for operations in written["paths"].values():
            for operation in operations.values():
                operation.pop("security", None)
    try:
        current = openapi.description(template)
    except (LookupError, TypeError, ValueError) as problem:
        pytest.fail(f"the API of the template cannot be described: {problem!r}")
    assert current == written, "contract/openapi.json is old: run `python -m tools.openapi`"
