"""What the rule does not report, nobody may do."""

from __future__ import annotations

from tools.tests.release_gate.fuzz_command import compare

from .fuzz import tried

PAIRS = 150


def test_every_widening_is_reported() -> None:
    outcome = compare(range(PAIRS), tried)
    assert outcome.missed == []
    assert outcome.worse > PAIRS / 10  # else the pairs are too tame to show anything
    assert len(outcome.alarms) < outcome.pairs / 2  # else a rule that always reports would pass
