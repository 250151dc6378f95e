"""The gate refuses every bad candidate for the right reason, and no neutral one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

import pytest

from tools import assemblies
from tools.release_gate import released_set, rules
from tools.release_gate.findings import Finding
from tools.template import Template
from tools.tests.release_gate.corpus import BAD, BAD_EVIDENCE, NEUTRAL, Case, Draft
from tools.tests.release_gate.corpus.draft import change, findings

EVERY_BAD = [*BAD, *BAD_EVIDENCE]
Base = Callable[[str], Draft]
Found = Callable[[Case], dict[str, list[Finding]]]


@pytest.fixture(scope="module")
def base(assembly: Callable[[str], Path]) -> Base:
    """`base("prod")` is a draft of no change."""
    templates = {stage: Template.in_assembly(assembly(stage)) for stage in ("prod", "staging")}
    contract = released_set.read_contract(assemblies.ROOT / "contract")
    settings = released_set.stage_settings()
    return lambda stage: Draft.of_no_change(templates[stage], contract, settings)


@pytest.fixture(scope="module")
def found(base: Base) -> Found:
    """`found(case)` is what each rule finds in an entry, worked out once."""
    return functools.cache(lambda case: findings(change(case, base)))


@pytest.mark.parametrize("case", EVERY_BAD, ids=lambda case: case.name)
def test_bad_candidate_brings_its_finding(case: Case, found: Found) -> None:
    assert case.rule in _ids(found(case).values())


@pytest.mark.parametrize("case", NEUTRAL, ids=lambda case: case.name)
def test_neutral_candidate_brings_no_finding(case: Case, found: Found) -> None:
    assert [*chain(*found(case).values())] == []


@pytest.mark.parametrize("rule", rules.load())
def test_gate_without_rule_misses_bad_candidate(rule: str, found: Found) -> None:
    """Mutation of the gate itself: without any one of its rules the corpus is red."""
    case = next(case for case in EVERY_BAD if case.rule == rule)
    by_rule = found(case)
    assert rule in by_rule
    assert rule not in _ids(findings for name, findings in by_rule.items() if name != rule)


def test_corpus_is_large_enough() -> None:
    assert len(BAD) >= 40
    assert len(NEUTRAL) >= 20
    assert len({case.name for case in [*EVERY_BAD, *NEUTRAL]}) == len([*EVERY_BAD, *NEUTRAL])


def _ids(found: Iterable[list[Finding]]) -> set[str]:
    return {finding.id for finding in chain(*found)}
