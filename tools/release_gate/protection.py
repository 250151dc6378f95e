"""Settings that protect something: which ones a change turns off or lowers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tools.release_gate.comparison import canonical, flag, number, values
from tools.release_gate.findings import Change, Finding, Rule

# What a protecting setting reads as when it protects nothing.
OFF = (None, False, "", 0, "INACTIVE", "Suspended", "PassThrough", "OFF")


def lost(change: Change, rule: Rule, settings: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Yield a finding for each setting that was on and is off or has another value.

    `settings` maps a resource type to pointers (see `comparison.values`).
    """
    for pair in change.pairs(*settings):
        for pointer in settings[pair.after.type]:
            after = values(pair.after.properties, pointer)
            for place, value in values(pair.before.properties, pointer).items():
                same = canonical(value) == canonical(after.get(place))
                if flag(value) not in OFF and not same:
                    now = "absent" if after.get(place) is None else after[place]
                    yield rule.finding(pair.path, before=f"{place} {value}", after=f"{place} {now}")


def lowered(
    change: Change, rule: Rule, settings: Mapping[str, Mapping[str, float]]
) -> Iterator[Finding]:
    """Yield a finding for each number that is lower than before, or cannot be known.

    `settings` maps a resource type to pointers and the value of each where it is absent.
    """
    for pair in change.pairs(*settings):
        for pointer, absent in settings[pair.after.type].items():
            after = values(pair.after.properties, pointer)
            for place, value in values(pair.before.properties, pointer).items():
                was, now = number(value, absent=absent), number(after.get(place), absent=absent)
                if was != now and (was is None or now is None or now < was):
                    yield rule.finding(
                        pair.path, before=f"{place} {value}", after=f"{place} {after.get(place)}"
                    )


def differing(
    change: Change, rule: Rule, settings: Mapping[str, Mapping[str, object]]
) -> Iterator[Finding]:
    """Yield a finding for each setting that had the value it should have, and has another.

    `settings` maps a resource type to pointers and the value of each, which is its default, too.
    """
    for pair in change.pairs(*settings):
        for pointer, wanted in settings[pair.after.type].items():
            was = flag(pair.before.at(pointer) or wanted)
            now = flag(pair.after.at(pointer) or wanted)
            if was == wanted != now:
                yield rule.finding(pair.path, before=f"{pointer} {was}", after=f"{pointer} {now}")
