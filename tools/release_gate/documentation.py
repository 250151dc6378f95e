"""The table of rules in docs/release-gate.md, written from the rules' own sentences."""

from __future__ import annotations

from pathlib import Path

from tools.release_gate import rules
from tools.release_gate.findings import SEVERITIES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "release-gate.md"
BEGIN, END = "<!-- rules: begin -->\n", "<!-- rules: end -->\n"


def table() -> str:
    """Return every rule with its sentence in Markdown, the worst first."""
    known = rules.load()
    names = sorted(known, key=lambda name: (SEVERITIES.index(known[name].RULE.severity), name))
    rows = [
        f"| `{name}` | {known[name].RULE.severity} | {sentence} {known[name].RULE.why} |"
        for name, sentence in ((name, rules.sentences()[name]) for name in names)
    ]
    return "\n".join(["| finding | severity | what it means |", "|---|---|---|", *rows]) + "\n"


def written(page: str) -> str:
    """Return a page with the current table between its marks."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2]
