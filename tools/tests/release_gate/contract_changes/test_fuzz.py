"""What the rule does not report, a client can read."""

from __future__ import annotations

from tools.tests.release_gate.fuzz_command import compare

from .fuzz import tried

PAIRS = 120


def test_every_break_is_reported() -> None:
    outcome = compare(range(PAIRS), tried)
    assert outcome.missed == []
    assert outcome.worse > PAIRS / 20  # else the pairs are too tame to show anything
    assert len(outcome.alarms) < outcome.pairs / 3  # else a rule that always reports would pass
