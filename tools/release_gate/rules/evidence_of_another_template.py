"""A level tested another template than the candidate's, or does not name the one it tested."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "evidence-of-another-template",
    severity="critical",
    why="What was tested is not what goes out.",
    allowable=False,
)


def findings(change: Change) -> Iterator[Finding]:
    for evidence in change.proof.all() if change.proof else ():
        assert change.proof
        # The level of a stage, `e2e-staging`, has seen that stage's template and no other.
        stage = evidence.level.removeprefix("e2e-") if "e2e-" in evidence.level else change.stage
        if evidence.level.startswith("mutation of ") and not evidence.templates:
            continue
        wanted, seen = change.proof.digests.get(stage), evidence.templates.get(stage)
        if wanted != seen:
            yield RULE.finding(evidence.level, before=wanted, after=seen or "no template")
