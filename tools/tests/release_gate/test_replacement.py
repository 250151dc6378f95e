"""Which changes replace a resource, by the properties that only creation sets."""

from __future__ import annotations

from typing import Any

import pytest

from tools.release_gate.comparison import Comparison
from tools.release_gate.replacement import replaced
from tools.template import Template


def _table(name: Any) -> Template:
    table = {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"TableName": name}}
    return Template.from_json({"Resources": {"Table": table}})


@pytest.mark.parametrize(("before", "after"), [("users", "others"), (1, True), ("1", "true")])
def test_other_value_replaces_resource(before: Any, after: Any) -> None:
    """1 and true are two values, although Python takes them for equal."""
    assert set(replaced(Comparison(_table(before), _table(after)))) == {"Table"}


@pytest.mark.parametrize(("before", "after"), [("users", "users"), (True, "true")])
def test_same_value_replaces_nothing(before: Any, after: Any) -> None:
    assert replaced(Comparison(_table(before), _table(after))) == {}
