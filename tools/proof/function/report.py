"""What a run of the function's mutants came to: survivors, counts, evidence."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.evidence import stamp
from tools.proof.function.forks import Verdict
from tools.proof.function.mutants import Key
from tools.proof.shared import evidence, verdicts
from tools.proof.shared.verdicts import KILLED, NOTICED, SURVIVED, TIMEOUT, UNTESTED, Entry

EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
PROOFS = Path(__file__).with_name("proofs.toml")


@dataclass(frozen=True)
class Report:
    """The verdicts against the reviewed equivalents and the promises."""

    verdicts: Sequence[Verdict]
    proofs: Mapping[str, Verdict]
    promised: Collection[str]  # the promises that the unit level claims
    reviewed: Sequence[Entry]
    whole: bool  # all mutants were run

    @property
    def survivors(self) -> list[Verdict]:
        """What no test killed and nobody reviewed."""
        names = {entry.name for entry in self.reviewed}
        return [verdict for verdict in self._alive if verdict.mutant.description not in names]

    @property
    def problems(self) -> list[str]:
        """One line for every survivor and every broken rule."""
        lines = [f"{verdict.status}: {verdict.mutant.description}" for verdict in self.survivors]
        if self.whole:
            statuses = {v.mutant.description: {v.status} for v in self.verdicts}
            lines += verdicts.reviews_broken(self.reviewed, statuses)
            lines += verdicts.unproven(self.promised, self.proofs)
        return lines

    @property
    def counts(self) -> dict[str, int]:
        """How many mutants came to what."""
        found = Counter(verdict.status for verdict in self.verdicts)
        return {
            "mutants": len(self.verdicts),
            **{status: found[status] for status in (KILLED, TIMEOUT, SURVIVED, UNTESTED)},
            "equivalent": len(self._alive) - len(self.survivors),
        }

    @property
    def summary(self) -> evidence.Summary:
        noticed = len(self.verdicts) - len(self._alive)
        return evidence.Summary(len(self.verdicts), noticed, len(self.survivors))

    @property
    def _alive(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.status not in NOTICED]

    def lines(self) -> list[str]:
        """The report for people."""
        counts = self.counts
        killed = counts[KILLED] + counts[TIMEOUT]
        valid = counts["mutants"] - counts["equivalent"]
        return [
            *self.problems,
            ", ".join(f"{number} {what}" for what, number in counts.items()),
            f"score {killed}/{valid} of the mutants that are not equivalent"
            f" ({killed / valid:.1%}; {killed / counts['mutants']:.1%} of all)",
        ]

    def write(self, file: Path) -> None:
        """Write the evidence for the page of promises."""
        evidence.write(
            file,
            "unit",
            stamp=stamp(),
            summary=self.summary,
            kills=[
                evidence.Kill(
                    promise, proof.mutant.name, proof.mutant.description, (str(proof.test),)
                )
                for promise, proof in sorted(self.proofs.items())
            ],
            survivors=[
                {"mutant": v.mutant.name, "description": v.mutant.description}
                for v in self.survivors
            ],
            counts=self.counts,
        )


def named(file: Path = PROOFS) -> dict[str, Key]:
    """For each promise the mutant that is to prove it. Raises KeyError where a part is missing."""
    entries: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        promise: (entry["function"], entry["before"], entry["after"])
        for promise, entry in entries.items()
    }
