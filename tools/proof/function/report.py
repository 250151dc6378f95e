"""What a run of the function's mutants came to: survivors, counts, evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.evidence import stamp
from tools.proof.function.forks import Verdict
from tools.proof.shared import evidence, verdicts
from tools.proof.shared.named import Named
from tools.proof.shared.verdicts import KILLED, NOTICED, SURVIVED, TIMEOUT, UNTESTED, Entry

EQUIVALENTS = Path(__file__).with_name("equivalents.toml")


@dataclass(frozen=True)
class Report:
    """The verdicts against the reviewed equivalents and the promises."""

    verdicts: Sequence[Verdict]
    proofs: Sequence[tuple[Named, Verdict]]
    named: Sequence[Named]
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
            proven = [proof for proof, _ in self._proven]
            # what is gone, or is not noticed by the promise's own tests
            useless = [proof for proof in self.named if proof not in proven]
            lines += [f"proves nothing: {proof.promise}: {proof.broken}" for proof in useless]
            lines += verdicts.unproven(self.promised, [proof.promise for proof in proven])
        return lines

    @property
    def _proven(self) -> list[tuple[Named, Verdict]]:
        return [(p, v) for p, v in self.proofs if v.status in NOTICED and v.test]

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
        noticed = len(self.verdicts) - len(self._alive)
        evidence.write(
            file,
            "unit",
            stamp=stamp(),
            summary=evidence.Summary(len(self.verdicts), noticed, len(self.survivors)),
            kills=[
                evidence.Kill(
                    proof.promise, verdict.mutant.description, proof.broken, (str(verdict.test),)
                )
                for proof, verdict in self._proven
            ],
            survivors=[
                {"mutant": v.mutant.name, "description": v.mutant.description}
                for v in self.survivors
            ],
            counts=self.counts,
        )
