"""What the fuzz tests share: a rule beside what shows the truth, on the pair of every seed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field

# seed -> whether the rule reports the pair of this seed, and whether it should
Try = Callable[[int], tuple[bool, bool]]


@dataclass
class Outcome:
    """What a rule said of so many pairs: seeds of those that it missed, and of false alarms."""

    pairs: int = 0
    worse: int = 0
    missed: list[int] = field(default_factory=list)
    alarms: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        fine = self.pairs - self.worse
        return (
            f"{self.pairs} pairs: {self.worse} worse, {len(self.missed)} of them missed; "
            f"{fine} not worse, {len(self.alarms)} of them reported "
            f"({len(self.alarms) / max(fine, 1):.0%} false alarms)"
        )


def compare(seeds: range, tried: Try) -> Outcome:
    """Try the pair of every seed."""
    outcome = Outcome()
    for seed in seeds:
        reported, worse = tried(seed)
        outcome.pairs += 1
        outcome.worse += worse
        if worse and not reported:
            outcome.missed.append(seed)
        if reported and not worse:
            outcome.alarms.append(seed)
    return outcome


def main(description: str | None, tried: Try) -> int:
    """Compare the pairs, print the outcome, and return 1 where the rule missed one."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--from-seed", type=int, default=0)
    options = parser.parse_args()
    outcome = compare(range(options.from_seed, options.from_seed + options.pairs), tried)
    print(outcome)
    if outcome.missed:
        print("missed seeds:", outcome.missed[:20])
    return bool(outcome.missed)
