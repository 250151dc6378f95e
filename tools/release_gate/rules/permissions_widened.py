"""A policy allows a request that the deployed policies do not, or no longer denies one.

Policies of identities, resources and trust, managed policies, permissions boundaries and the
permissions to invoke a function count. What cannot be read counts unless it is unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.permissions import widenings

RULE = Rule(
    "permissions-widened",
    severity="high",
    why="Somebody may do more than before, and no test of the service shows who makes use of it.",
)


def findings(change: Change) -> Iterator[Finding]:
    """Yield a finding for each statement that allows more, or denies less."""
    for widening in widenings(change.comparison):
        yield RULE.finding(widening.construct, before=widening.before, after=widening.after)
