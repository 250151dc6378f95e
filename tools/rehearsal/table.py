"""The table of cases in docs/releasing.md: from the corpus, and what a run has seen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tools.assemblies import ROOT
from tools.rehearsal.corpus import BACK, RELEASED, UNDECIDED, Case, CorpusError

PAGE = ROOT / "docs" / "releasing.md"
BEGIN, END = "<!-- rehearsal: make rehearse ARGS=--write -->\n", "<!-- /rehearsal -->\n"
HEAD = "| case | change | decision | reason | run for real |\n|---|---|---|---|---|\n"


def write(cases: Sequence[Case], results: Mapping[str, Any]) -> None:
    """Write the table of a run into the page; the rows of cases that it left out stay."""
    page = PAGE.read_text(encoding="utf-8")
    known = rows(page)
    new = {case.name: row(case, results[case.name]) for case in cases}
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    lines = [new.get(name, known.get(name, "")) for name in sorted({*known, *new})]
    PAGE.write_text(
        "".join([before, BEGIN, "\n", HEAD, *lines, "\n", END, after]), encoding="utf-8"
    )


def row(case: Case, result: Mapping[str, Any]) -> str:
    """Return the line of a case."""
    cells = [f"`{case.name}`", case.change, case.decision, _reason(case, result), real(case)]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def rows(page: str) -> dict[str, str]:
    """Return the lines of the table in a page by the names of their cases. Raises CorpusError."""
    if BEGIN not in page or END not in page:
        raise CorpusError(f"{PAGE.name} has no place for the table of cases")
    text = page.partition(BEGIN)[2].partition(END)[0]
    return {name: line for line, name in re.findall(r"^(\| `([\w-]+)` \|.*\n)", text, re.MULTILINE)}


def _reason(case: Case, result: Mapping[str, Any]) -> str:
    if case.decision == RELEASED:
        return ""
    if not case.to:
        text = str(result["reason"])
        return text if case.decision == UNDECIDED else ", ".join(f"`{n}`" for n in text.split(", "))
    text = re.sub(r" \(log: [^)]*\)", "", str(result["reason"])).partition(" - ")[0]
    text = re.sub(r"; the stage stays as it is$", "", text)
    text = re.sub(r"(FAILED|ERROR) (\S+)", r"`\2`", text)
    exposed = f"; exposed for {result['exposed_seconds']:.0f} s" if case.decision == BACK else ""
    return text + exposed


def real(case: Case) -> str:
    """What ran for real; all other evidence is that of a good run."""
    levels = [*case.levels, *(["the named proof"] if case.proof else [])]
    if "staging" in case.to and not case.reason.startswith("gate "):
        levels.append(f"e2e (`{case.e2e}`)" if case.e2e else "e2e, whole")
    if case.to:
        levels.append("smoke of prod" if case.decision in (RELEASED, BACK) else "")
    return ", ".join(filter(None, levels)) or "the gate"
