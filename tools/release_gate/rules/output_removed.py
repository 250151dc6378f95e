"""An output of the stack is removed, or its export has another name."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "output-removed",
    severity="medium",
    why="Programs and other stacks that read it fail.",
)


def findings(change: Change) -> Iterator[Finding]:
    after = change.candidate.body.get("Outputs", {})
    for name, output in change.deployed.body.get("Outputs", {}).items():
        if name not in after:
            yield RULE.finding(name, before="an output", after="gone")
        elif output.get("Export", after[name].get("Export")) != after[name].get("Export"):
            yield RULE.finding(name, before=output["Export"], after=after[name].get("Export"))
