"""What is deployed is not what was last released, or not what its own template says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.release_gate.comparison import canonical
from tools.release_gate.findings import Change, Finding, Rule

RULE = Rule(
    "deployed-drifted",
    severity="high",
    why="Somebody changed the stage by hand, and the release may undo or depend on it.",
)


def findings(change: Change) -> Iterator[Finding]:
    for name, (before, after) in change.live.items():
        yield RULE.finding(name, before=before, after=after)
    for section in ("Resources", "Outputs") if change.released else ():
        assert change.released
        released = change.released.body.get(section, {})
        deployed = change.deployed.body.get(section, {})
        for name in sorted({*released, *deployed}):
            before, after = released.get(name), deployed.get(name)
            if canonical(before) != canonical(after):
                path = change.deployed.names.get(name, name)
                yield RULE.finding(path, before=_shown(before, after), after=_shown(after, before))


def _shown(body: Any, other: Any) -> str:
    """What differs of a resource or output: its own part of it, by property."""
    if body is None or other is None:
        return "absent" if body is None else "present"
    own, others = ({**part, **part.get("Properties", {})} for part in (body, other))
    names = sorted({*own, *others} - {"Properties"})
    return ", ".join(
        f"{name} {canonical(own.get(name))}"
        for name in names
        if canonical(own.get(name)) != canonical(others.get(name))
    )
