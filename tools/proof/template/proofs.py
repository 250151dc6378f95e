"""Whether the mutants that are named for the promises prove them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..shared import named
from ..shared.evidence import Kill
from ..shared.verdicts import NOTICED
from .score import Stage


@dataclass(frozen=True)
class Proof:
    """One way to break a promise: a mutant of one stage's template, in plain words."""

    promise: str
    broken: str
    stage: str
    mutant: str

    def kill(self, stages: Iterable[Stage]) -> Kill | str:
        """Find who noticed the mutant; a line of text says why it proves nothing."""
        about = f"the proof of {self.promise} on {self.stage}"
        stage = next((stage for stage in stages if stage.name == self.stage), None)
        found = [v for v in stage.verdicts if v.mutant.name == self.mutant] if stage else []
        if not stage or not found:
            return f"{about} is gone: no mutant is called {self.mutant}"
        (verdict,) = found
        if verdict.status not in NOTICED:
            return f"{about} is {verdict.status}: {self.mutant}"
        promises = {test.id: test.promises for test in stage.tests}
        own = tuple(killer for killer in verdict.killers if self.promise in promises[killer])
        if not own:
            return f"{about} is noticed by none of the promise's own tests: {self.mutant}"
        return Kill(self.promise, self.mutant, self.broken, own, {"stage": self.stage})


def read(file: Path, full: str) -> list[Proof]:
    """Read the proofs; without a `stage` they are of the stage `full`. Raises CannotRunError."""
    return [
        Proof(entry.promise, entry.broken, entry.keys.get("stage", full), entry.keys["mutant"])
        for entry in named.read(file, ["mutant"], ["stage"])
    ]


def judge(proofs: Sequence[Proof], stages: Sequence[Stage]) -> tuple[list[Kill], list[str]]:
    """Give the kills that prove the promises, and a line for each proof that proves nothing."""
    answers = [proof.kill(stages) for proof in proofs]
    kills = [answer for answer in answers if isinstance(answer, Kill)]
    return kills, [answer for answer in answers if isinstance(answer, str)]
