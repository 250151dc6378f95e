"""The command line of the fuzz tests: how many pairs, and from which seed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol


class Outcome(Protocol):
    """What a rule said of so many pairs; `missed` are the seeds of those that it got wrong."""

    missed: list[int]


def main(description: str | None, compare: Callable[[range], Outcome]) -> int:
    """Compare the pairs, print the outcome, and return 1 where the rule missed one."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--from-seed", type=int, default=0)
    options = parser.parse_args()
    outcome = compare(range(options.from_seed, options.from_seed + options.pairs))
    print(outcome)
    if outcome.missed:
        print("missed seeds:", outcome.missed[:20])
    return bool(outcome.missed)
