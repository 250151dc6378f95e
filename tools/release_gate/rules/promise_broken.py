"""A test failed."""

from __future__ import annotations

from collections.abc import Iterator

from tools.evidence import BROKEN
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "promise-broken",
    severity="critical",
    why="The candidate does not keep a promise, or the run did not succeed.",
    allowable=False,
)


def findings(change: Change) -> Iterator[Finding]:
    for level, evidence in change.proof.tests.items() if change.proof else ():
        broken = [n for n, s in evidence.content.get("promises", {}).items() if s == BROKEN]
        for promise in broken:
            yield RULE.finding(promise, before="kept", after=f"broken at level {level}")
        failed = evidence.content.get("counts", {}).get("failed", 0)
        if not broken and (failed or evidence.content.get("exit_code") != 0):
            after = f"{failed} failed, exit code {evidence.content.get('exit_code')}"
            yield RULE.finding(level, before="every test passes", after=after)
