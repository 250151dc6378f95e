"""Evidence is older than the stage allows, or is dated in the future."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "evidence-too-old",
    severity="high",
    why="Services, certificates and data may have changed since then.",
    allowable=False,
)
CLOCKS_HOURS = -0.1  # by which two clocks may differ


def findings(change: Change) -> Iterator[Finding]:
    for evidence in change.proof.all() if change.proof else ():
        assert change.proof
        most = change.proof.demands.hours
        if not CLOCKS_HOURS <= evidence.hours <= most:
            yield RULE.finding(
                evidence.level,
                before=f"at most {most:g} hours",
                after=f"{evidence.hours:.1f} hours",
            )
