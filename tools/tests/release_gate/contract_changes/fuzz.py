"""Compares the rule with a client that reads generated documents.

`python -m tools.tests.release_gate.contract_changes.fuzz --pairs 10000` is the long profile.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft4Validator

from tools.release_gate.contract_changes import breaks
from tools.tests.release_gate import fuzz_command

from .client import CHECKER, Client
from .documents import Maker

DOCUMENTS = 60


@dataclass
class Outcome:
    """What the rule said of so many pairs of schemas, beside what documents showed."""

    pairs: int = 0
    documents: int = 0
    broken: int = 0
    missed: list[int] = field(default_factory=list)  # seeds
    alarms: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        fine = self.pairs - self.broken
        share = len(self.alarms) / max(fine, 1)
        return (
            f"{self.pairs} pairs, {self.documents} documents: {self.broken} broken, "
            f"{len(self.missed)} of them missed; {fine} that no document broke, "
            f"{len(self.alarms)} of them reported ({share:.0%} false alarms)"
        )


def compare(seeds: range) -> Outcome:
    """Try the pair of every seed."""
    outcome = Outcome()
    for seed in seeds:
        maker = Maker(seed)
        released, candidate = maker.pair()
        documents = fitting(maker, candidate)
        client = Client(released)
        broken = not all(client.can_read(document) for document in documents)
        reported = bool(breaks(released, candidate))
        outcome.pairs += 1
        outcome.documents += len(documents)
        outcome.broken += broken
        if broken and not reported:
            outcome.missed.append(seed)
        if reported and not broken:
            outcome.alarms.append(seed)
    return outcome


def fitting(maker: Maker, schema: dict[str, Any]) -> list[Any]:
    """Documents that fit a schema."""
    validator = Draft4Validator(schema, format_checker=CHECKER)
    made = (maker.document(schema, schema) for _ in range(DOCUMENTS))
    return [document for document in made if validator.is_valid(document)]


if __name__ == "__main__":
    sys.exit(fuzz_command.main(__doc__, compare))
