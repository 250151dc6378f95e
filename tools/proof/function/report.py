"""What the run came to: the reviewed equivalents, the counts, and build/mutation/unit.json."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.proof.function.mutants import Key
from tools.proof.function.replay import KILLED, SURVIVED, TIMEOUT, UNTESTED, Verdict

EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
PROOFS = Path(__file__).with_name("proofs.toml")


@dataclass(frozen=True)
class Report:
    """The verdicts against the reviewed equivalents and the promises."""

    verdicts: Sequence[Verdict]
    proofs: Mapping[str, Verdict]
    promised: frozenset[str]  # the promises that the unit level claims
    reviewed: Mapping[Key, str]  # the reason for each
    whole: bool  # all mutants were run

    @property
    def survivors(self) -> list[Verdict]:
        """What no test killed and nobody reviewed."""
        return [one for one in self._alive if one.mutant.key not in self.reviewed]

    @property
    def stale(self) -> list[str]:
        """Reviewed entries whose mutant is killed or gone."""
        alive = {one.mutant.key for one in self._alive}
        return [" | ".join(key) for key in self.reviewed if key not in alive] if self.whole else []

    @property
    def unproven(self) -> list[str]:
        """Promises whose named mutant is missing, gone, or killed by none of their own tests."""
        return sorted(self.promised - set(self.proofs)) if self.whole else []

    @property
    def good(self) -> bool:
        """Whether the run keeps all rules."""
        return not (self.survivors or self.stale or self.unproven)

    @property
    def counts(self) -> dict[str, int]:
        """How many mutants came to what."""
        found = Counter(one.status for one in self.verdicts)
        equivalent = len(self._alive) - len(self.survivors)
        return {
            "mutants": len(self.verdicts),
            **{status: found[status] for status in (KILLED, TIMEOUT, SURVIVED, UNTESTED)},
            "equivalent": equivalent,
        }

    @property
    def _alive(self) -> list[Verdict]:
        return [one for one in self.verdicts if one.status in (SURVIVED, UNTESTED)]

    def lines(self) -> list[str]:
        """The report for people."""
        counts = self.counts
        killed = counts[KILLED] + counts[TIMEOUT]
        valid = counts["mutants"] - counts["equivalent"]
        return [
            *(f"{one.status}: {one.mutant.description}" for one in self.survivors),
            *(f"stale entry in {EQUIVALENTS.name}: {entry}" for entry in self.stale),
            *(f"not proven by its mutant in {PROOFS.name}: {one}" for one in self.unproven),
            ", ".join(f"{number} {what}" for what, number in counts.items()),
            f"score {killed}/{valid} of the mutants that are not equivalent"
            f" ({killed / valid:.1%}; {killed / counts['mutants']:.1%} of all)",
        ]

    def write(self, file: Path) -> None:
        """Write the evidence for the promises' page."""
        kills = [
            {
                "promise": promise,
                "mutant": proof.mutant.name,
                "description": proof.mutant.description,
                "tests": [proof.test],
            }
            for promise, proof in sorted(self.proofs.items())
        ]
        survivors = [
            {"mutant": one.mutant.name, "description": one.mutant.description}
            for one in self.survivors
        ]
        evidence = {
            "level": "unit",
            "kills": kills,
            "survivors": survivors,
            "counts": self.counts,
            "equivalents": [
                dict(zip(("function", "before", "after"), key, strict=True), reason=reason)
                for key, reason in self.reviewed.items()
            ],
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(evidence, indent=2) + "\n", encoding="utf-8")


def reviewed(file: Path = EQUIVALENTS) -> dict[Key, str]:
    """The reviewed equivalents. Raises KeyError where an entry lacks a part."""
    entries: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["equivalent"]
    return {
        (one["function"], one["before"], after): one["reason"]
        for one in entries
        for after in one["after"]
    }


def named(file: Path = PROOFS) -> dict[str, Key]:
    """For each promise the mutant that is to prove it. Raises KeyError where a part is missing."""
    entries: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        promise: (one["function"], one["before"], one["after"]) for promise, one in entries.items()
    }
