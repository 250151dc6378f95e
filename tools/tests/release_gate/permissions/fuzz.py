"""Compares the rule with the evaluator on pairs of templates.

`python -m tools.tests.release_gate.permissions.fuzz --pairs 10000` is the long profile.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from tools.release_gate.comparison import Comparison
from tools.release_gate.permissions import Widening, widenings
from tools.template import Template
from tools.tests.release_gate import fuzz_command

from .evaluator import decide
from .pairs import Maker


@dataclass
class Outcome:
    """What the rule said of so many pairs, beside what requests showed."""

    pairs: int = 0
    widened: int = 0
    missed: list[int] = field(default_factory=list)  # seeds
    alarms: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        neutral = self.pairs - self.widened
        return (
            f"{self.pairs} pairs: {self.widened} widened, {len(self.missed)} of them missed; "
            f"{neutral} not widened, {len(self.alarms)} of them reported "
            f"({len(self.alarms) / max(neutral, 1):.0%} false alarms)"
        )


def compare(seeds: range) -> Outcome:
    """Try the pair of every seed."""
    outcome = Outcome()
    for seed in seeds:
        deployed, candidate = Maker(seed).pair()
        reported = bool(found(deployed, candidate))
        widened = is_widened(deployed, candidate)
        outcome.pairs += 1
        outcome.widened += widened
        if widened and not reported:
            outcome.missed.append(seed)
        if reported and not widened:
            outcome.alarms.append(seed)
    return outcome


def is_widened(deployed: dict[str, Any], candidate: dict[str, Any]) -> bool:
    """Whether some principal may do what it may not do today."""
    for parts in (False, True):
        old = decide(deployed, arns_in_parts=parts)
        new = decide(candidate, arns_in_parts=parts)
        if any(grid & ~old[principal] for principal, grid in new.items()):
            return True
    return False


def found(deployed: dict[str, Any], candidate: dict[str, Any]) -> list[Widening]:
    """What the rule reports."""
    templates = Template.from_json(deployed), Template.from_json(candidate)
    return widenings(Comparison(*templates))


if __name__ == "__main__":
    sys.exit(fuzz_command.main(__doc__, compare))
