"""The verdict: release or refuse, with every finding, allowance and promise behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.release_gate.allowances import Allowance
from tools.release_gate.findings import SEVERITIES, Finding

RELEASE, REFUSE = "release", "refuse"
Json = dict[str, Any]


@dataclass(frozen=True)
class PromiseStatus:
    """A promise, and what the evidence says of it at each level: kept, broken or not proven."""

    id: str
    sentence: str
    levels: Mapping[str, str]

    @property
    def status(self) -> str:
        """Broken before all. Of two levels of one kind, as two e2e levels are, one may prove it."""
        if "broken" in self.levels.values():
            return "broken"
        proven = {_kind(level) for level, status in self.levels.items() if status == "kept"}
        rest = {status for level, status in self.levels.items() if _kind(level) not in proven}
        for status in ("not proven", "only on AWS"):
            if status in rest:
                return status
        return "kept" if self.levels else "not asked"


def _kind(level: str) -> str:
    return level.partition("-")[0]


@dataclass(frozen=True)
class Verdict:
    """What the gate decided about one candidate and one stage.

    `findings` are the worst first and the allowed last; `allowed` maps those. `candidate` and
    `deployed` name what was compared; `notes` say what could not be.
    """

    stage: str
    candidate: Json
    deployed: Json | None
    findings: tuple[Finding, ...]
    allowed: Mapping[Finding, Allowance]
    promises: tuple[PromiseStatus, ...]
    notes: tuple[str, ...]
    time: datetime
    seconds: float

    @property
    def refused(self) -> tuple[Finding, ...]:
        """The findings that nobody allowed."""
        return tuple(finding for finding in self.findings if finding not in self.allowed)

    @property
    def decision(self) -> str:
        return REFUSE if self.refused else RELEASE

    @property
    def exit_code(self) -> int:
        return 1 if self.refused else 0

    @property
    def headline(self) -> str:
        """Decision, stage and numbers in one line."""
        numbers = f"{len(self.refused)} findings, {len(self.allowed)} allowed"
        return f"{self.decision} to {self.stage}: {numbers}"


def sort_key(finding: Finding) -> tuple[int, str, str, str]:
    """Order findings: the worst first."""
    return SEVERITIES.index(finding.severity), finding.id, finding.construct, finding.after
