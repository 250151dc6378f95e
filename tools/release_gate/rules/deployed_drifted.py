"""What is deployed is not what was last released, or not what its own template says."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import canonical
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "deployed-drifted",
    severity="high",
    why="Somebody changed the stage by hand: the release undoes it, or is built on it.",
)


def findings(change: Change) -> Iterator[Finding]:
    for name, (before, after) in change.live.items():
        yield RULE.finding(name, before=before, after=after)
    if change.released:
        for section in ("Resources", "Outputs"):
            released = change.released.body.get(section, {})
            deployed = change.deployed.body.get(section, {})
            for name in sorted({*released, *deployed}):
                was, now = (canonical(part.get(name)) for part in (released, deployed))
                if was != now:
                    path = change.deployed.names.get(name, name)
                    yield RULE.finding(path, before=was[:200], after=now[:200])
