"""docs/release-gate.md says what the rules say, and the modules are named after their findings."""

from __future__ import annotations

import pytest

from tools.release_gate import documentation, rules


def test_table_of_rules_is_current() -> None:
    page = documentation.PAGE.read_text(encoding="utf-8")
    assert documentation.written(page) == page, "run: python -m tools.release_gate rules"


@pytest.mark.parametrize(("name", "rule"), rules.load().items())
def test_rule_is_named_after_its_finding(name: str, rule: object) -> None:
    module = str(getattr(rule, "__name__", "")).rpartition(".")[2]
    assert module == name.replace("-", "_")


@pytest.mark.parametrize(("name", "sentence"), rules.sentences().items())
def test_rule_has_sentence(name: str, sentence: str) -> None:
    assert sentence.endswith("."), name
