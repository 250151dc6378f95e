"""A promised field of an answer is dropped, of another type, of more values, or may be absent.

`contract/compatibility.md` says what clients rely on. A new field and a new error code are no
break.
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.contract_changes import breaks
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "answer-field-broken",
    severity="critical",
    why="A client that reads the released answers fails on what the candidate answers.",
)


def findings(change: Change) -> Iterator[Finding]:
    """Yield a finding for each field that a client cannot read as before."""
    for name, released, candidate in change.answers():
        if candidate is None:
            yield RULE.finding(name, before="a schema", after="gone")
            continue
        for found in breaks(released, candidate):
            place = f"{name}/{found.field}".rstrip("/")
            yield RULE.finding(place, before=found.before, after=found.after)
