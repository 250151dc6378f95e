"""What the rule does not report, a client can read."""

from __future__ import annotations

from .fuzz import compare

PAIRS = 120


def test_every_break_is_reported() -> None:
    outcome = compare(range(PAIRS))
    assert outcome.missed == []
    assert outcome.broken > PAIRS / 20  # else the pairs are too tame to show anything
    assert len(outcome.alarms) < outcome.pairs / 3  # else a rule that always reports would pass
