"""The page of promises: what was broken to prove each of them, and which test noticed it.

Renders the same content as Markdown and as one self-contained HTML page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from contract.promises import Promise
from tools import pages
from tools.proof.shared.evidence import Summary

UNPROVEN = "not proven"
# How many proofs of a level, and tests of a proof, the page names; it counts the others.
PROOFS, TESTS = 6, 3
LAST_RUN = re.compile(r"^Last run: .*$", re.MULTILINE)
# At these levels a proof ends with the first test that notices: which one, the clock decides.
FIRST_TEST = re.compile(r"^(- \*\*(?:unit|e2e)\*\*: .*) → .*$", re.MULTILINE)
_TEMPLATES = pages.templates(Path(__file__).parent / "pages")


@dataclass(frozen=True)
class Proof:
    """One way to break a promise at one level, and the tests of the promise that noticed it."""

    promise: str
    level: str
    broken: str
    mutant: str
    tests: tuple[str, ...]

    @property
    def functions(self) -> list[str]:
        """`test_file.py::test_function` of each test, once, in order."""
        names = (test.partition("[")[0].rpartition("/")[2] for test in self.tests)
        return list(dict.fromkeys(names))

    @property
    def named(self) -> list[str]:
        return self.functions[:TESTS]

    @property
    def noticed_by(self) -> str:
        """`test_a`, `test_b`, `test_c` and 2 more."""
        shown = ", ".join(f"`{name}`" for name in self.named)
        more = len(self.functions) - TESTS
        return f"{shown} and {more} more" if more > 0 else shown


@dataclass(frozen=True)
class Level:
    """What one level's proof saw; `what` names the things that were broken on purpose."""

    name: str
    what: str
    promises: int
    proven: int
    summary: Summary


@dataclass(frozen=True)
class Entry:
    """One promise with its proofs."""

    promise: Promise
    proofs: tuple[Proof, ...]

    def shown(self, level: str) -> list[Proof]:
        """The proofs of a level that the page names."""
        return self._at(level)[:PROOFS]

    def more(self, level: str) -> int:
        """How many proofs of a level the page only counts."""
        return max(0, len(self._at(level)) - PROOFS)

    def _at(self, level: str) -> list[Proof]:
        return [proof for proof in self.proofs if proof.level == level]

    def marks(self, levels: Iterable[Level]) -> list[str]:
        """What the table says of each level."""
        return [self.mark(level.name) for level in levels]

    def mark(self, level: str) -> str:
        """What the table of promises and levels says."""
        if level not in self.promise.levels:
            return ""
        if not self._at(level):
            return UNPROVEN
        return "AWS" if level == "e2e" and self.promise.aws else "✓"


@dataclass(frozen=True)
class Group:
    """One part of the ledger."""

    title: str
    promises: tuple[Entry, ...]


@dataclass(frozen=True)
class Page:
    """All that the page shows. `date` and `commit` are those of the last run."""

    groups: tuple[Group, ...]
    levels: tuple[Level, ...]
    date: str
    commit: str

    @property
    def promises(self) -> list[Entry]:
        return [entry for group in self.groups for entry in group.promises]

    @property
    def unproven(self) -> list[str]:
        """`promise (level)` for each that nothing proves."""
        return [
            f"{entry.promise.id} ({level})"
            for entry in self.promises
            for level in entry.promise.levels
            if entry.mark(level) == UNPROVEN
        ]

    def markdown(self) -> str:
        return _TEMPLATES.get_template("promises.md.jinja").render(page=self)

    def html(self) -> str:
        return _TEMPLATES.get_template("promises.html.jinja").render(page=self)


def grouped(ledger: Mapping[str, Promise], proofs: Iterable[Proof]) -> tuple[Group, ...]:
    """The ledger's groups, in its order, with the proofs of each promise."""
    known = list(proofs)
    groups = groupby(ledger.values(), key=lambda promise: promise.group)
    return tuple(
        Group(title, tuple(_entry(promise, known) for promise in promises))
        for title, promises in groups
    )


def _entry(promise: Promise, proofs: Sequence[Proof]) -> Entry:
    own = [proof for proof in proofs if proof.promise == promise.id]
    return Entry(promise, tuple(own))


def same(page: str, other: str) -> bool:
    """Whether two pages differ in nothing but what the clock decides."""
    return _timeless(page) == _timeless(other)


def _timeless(page: str) -> str:
    return FIRST_TEST.sub(r"\1", LAST_RUN.sub("", page))
