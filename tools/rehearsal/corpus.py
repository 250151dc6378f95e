"""The corpus: files `cases/NAME.patch` of headers as in an e-mail, an empty line, and a diff."""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

CASES = Path(__file__).with_name("cases")
RELEASED, REFUSED, BACK, UNDECIDED = "released", "refused", "put back", "not decided"
DECISIONS = (RELEASED, REFUSED, BACK, UNDECIDED)
HEADERS = {"Change", "Decision", "Reason", "To", "Levels", "Proof", "E2e", "Besides", "Quick"}


class CorpusError(ValueError):
    """A case is wrong, or does not apply; the message names it."""


@dataclass(frozen=True)
class Case:
    """A commit, and what must become of it.

    Without `to` the gate checks it for prod; with it, it is released to these stages. `reason` is,
    of a check, the ids of all findings; of a release, a part of what it says that it saw. `levels`
    run for real, as do the named mutant of `proof` and, on staging, the tests that `e2e` selects.
    `besides` is what happens beside the commit.
    """

    name: str
    change: str
    decision: str
    reason: str
    diff: str
    to: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    proof: str = ""
    e2e: str = ""
    besides: str = ""
    quick: bool = False

    @property
    def good(self) -> bool:
        return self.decision == RELEASED


def load(folder: Path = CASES) -> list[Case]:
    """Read every case: the releases before the checks, the good ones last. Raises CorpusError."""
    cases = [_read(file) for file in sorted(folder.glob("*.patch"))]
    return sorted(cases, key=lambda case: (not case.to, case.good))


def _read(file: Path) -> Case:
    message = Parser().parsestr(file.read_text(encoding="utf-8"))
    headers = {name: " ".join(value.split()) for name, value in message.items()}
    if unknown := headers.keys() - HEADERS:
        raise CorpusError(f"{file.name}: {', '.join(unknown)}: allowed is {', '.join(HEADERS)}")
    for name in ("Change", "Decision"):
        if not headers.get(name):
            raise CorpusError(f"{file.name}: the header {name} is missing")
    case = Case(
        name=file.stem,
        change=headers["Change"],
        decision=headers["Decision"],
        reason=headers.get("Reason", ""),
        diff=str(message.get_payload()),
        to=_names(headers.get("To", "")),
        levels=_names(headers.get("Levels", "")),
        proof=headers.get("Proof", ""),
        e2e=headers.get("E2e", ""),
        besides=headers.get("Besides", ""),
        quick="Quick" in headers or ("To" not in headers and headers["Decision"] != RELEASED),
    )
    if case.decision not in DECISIONS or bool(case.reason) == case.good:
        allowed = ", ".join(DECISIONS)
        raise CorpusError(f"{file.name}: Decision: one of {allowed}; Reason: of the bad ones alone")
    return case


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
