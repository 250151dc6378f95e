"""The gate refuses every bad candidate for the right reason, and no neutral one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import assemblies
from tools.release_gate import released_set, rules
from tools.template import Template
from tools.tests.release_gate.corpus import BAD, BAD_EVIDENCE, NEUTRAL, Case, Draft
from tools.tests.release_gate.corpus.draft import change, findings

EVERY_BAD = [*BAD, *BAD_EVIDENCE]
Base = Callable[[str], Draft]


@pytest.fixture(scope="module")
def base(assembly: Callable[[str], Path]) -> Base:
    """`base("prod")` is a draft of no change."""
    templates = {stage: Template.in_assembly(assembly(stage)) for stage in ("prod", "staging")}
    contract = released_set.read_contract(assemblies.ROOT / "contract")
    settings = released_set.stage_settings()
    return lambda stage: Draft.of_no_change(templates[stage], contract, settings)


@pytest.fixture(scope="module")
def found(base: Base) -> Callable[[Case], list[str]]:
    """`found(case)` are the ids of the findings about an entry, worked out once."""
    return functools.cache(lambda case: [f.id for f in findings(change(case, base))])


@pytest.mark.parametrize("case", EVERY_BAD, ids=lambda case: case.name)
def test_bad_candidate_brings_its_finding(case: Case, found: Callable[[Case], list[str]]) -> None:
    assert case.rule in found(case)


@pytest.mark.parametrize("case", NEUTRAL, ids=lambda case: case.name)
def test_neutral_candidate_brings_no_finding(case: Case, base: Base) -> None:
    assert findings(change(case, base)) == []


@pytest.mark.parametrize("rule", rules.load())
def test_gate_without_rule_misses_bad_candidate(rule: str, base: Base) -> None:
    """Mutation of the gate itself: without any one of its rules the corpus is red."""
    case = next(case for case in EVERY_BAD if case.rule == rule)
    assert rule not in {finding.id for finding in findings(change(case, base), without=rule)}


def test_corpus_is_large_enough() -> None:
    assert len(BAD) >= 40
    assert len(NEUTRAL) >= 20
    assert len({case.name for case in [*EVERY_BAD, *NEUTRAL]}) == len([*EVERY_BAD, *NEUTRAL])
