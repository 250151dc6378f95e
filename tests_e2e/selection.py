"""Which checks can run on the stage that was named, and what the others need.

What a check needs follows from the fixtures it takes; where it makes sense at all is
said by `@pytest.mark.only("open" | "iam" | "local" | "aws")`.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from tests_e2e.target import Target

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of an installed Chromium."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


# fixture -> whether the stage and the options give it, and else what is needed
_NEEDS: dict[str, tuple[Callable[[Target], object], str]] = {
    "api": (lambda t: t.signs or not t.expected.iam, "--auth iam with AWS credentials"),
    "users": (
        lambda t: t.table_name or t.stack_name,
        "--table-name or --stack-name with AWS credentials",
    ),
    "deployed": (lambda t: t.stack_name, "--stack-name with AWS credentials"),
    "burst": (lambda t: t.bursts, "--burst"),
    "principals": (
        lambda t: t.principals and t.stack_name,
        "--principals and --stack-name with AWS credentials",
    ),
    "failing_table": (lambda t: t.table_faults, "--table-faults"),
    "account": (lambda t: t.lifecycle, "--lifecycle"),
    "browser": (lambda _: chromium(), "Chromium installed"),
}

_WHERE: dict[str, Callable[[Target], bool]] = {
    "open": lambda t: not t.expected.iam,
    "iam": lambda t: t.expected.iam,
    "local": lambda t: t.local,
    "aws": lambda t: not t.local,
}


def missing(item: pytest.Item, target: Target) -> str | None:
    """What the check needs and was not given, or None."""
    wanted = getattr(item, "fixturenames", ())
    lacking = [text for name, (has, text) in _NEEDS.items() if name in wanted and not has(target)]
    return lacking[0] if lacking else None


def elsewhere(item: pytest.Item, target: Target) -> str | None:
    """The kind of stage on which alone the check makes sense, when this is another."""
    kinds = [kind for mark in item.iter_markers("only") for kind in mark.args]
    return next((kind for kind in kinds if not _WHERE[kind](target)), None)


def sentence(lacking: Iterable[str]) -> str:
    """`12 need --table-name ...; 3 need --burst`, the most frequent first."""
    counts = Counter(lacking).most_common()
    return "; ".join(f"{count} need{'s'[: count == 1]} {text}" for text, count in counts)
