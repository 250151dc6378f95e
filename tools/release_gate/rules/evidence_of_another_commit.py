"""Evidence is of another commit, or it or the candidate is of a tree with uncommitted changes."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "evidence-of-another-commit",
    severity="critical",
    why="What was tested is not what goes out.",
    allowable=False,
)


def findings(change: Change) -> Iterator[Finding]:
    proof = change.proof
    if not proof:
        return
    if proof.dirty and (proof.demands.levels or proof.demands.mutation):
        yield RULE.finding("(candidate)", before="a commit", after="a tree with changes")
    for evidence in proof.all():
        if evidence.commit != proof.commit:
            after = evidence.commit or "no commit"
            yield RULE.finding(evidence.level, before=proof.commit, after=after)
        elif evidence.dirty:
            yield RULE.finding(evidence.level, before="a commit", after="a tree with changes")
