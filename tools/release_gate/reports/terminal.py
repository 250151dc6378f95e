"""The verdict in a terminal: one line for each finding, the worst first."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.release_gate.findings import Finding
from tools.release_gate.verdict import RELEASE, Verdict

WIDTH = 160  # where there is no terminal
STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def show(verdict: Verdict, stream: TextIO, *, explain: str | None = None) -> None:
    """Print a verdict; with `explain`, the findings of that id whole instead of the table."""
    width = None if stream.isatty() else WIDTH
    console = Console(file=stream, highlight=False, width=width)
    chosen = [finding for finding in verdict.findings if finding.id == explain]
    if explain:
        for finding in chosen:
            _explain(console, verdict, finding)
        if not chosen:
            console.print(f"there is no finding {escape(explain)}")
    elif verdict.findings:
        console.print(_table(verdict))
    for note in verdict.notes:
        console.print(note)
    style = "bold green" if verdict.decision == RELEASE else "bold red"
    console.print(f"[{style}]{escape(verdict.headline)}[/]")


def _table(verdict: Verdict) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("severity", width=8)
    table.add_column("finding", width=28)
    for column in ("construct", "before", "after"):
        table.add_column(column, ratio=1, no_wrap=True, overflow="ellipsis")
    for finding in verdict.findings:
        severity = "allowed" if finding in verdict.allowed else finding.severity
        cells = (finding.id, finding.construct, finding.before, finding.after)
        style = STYLES.get(severity, "dim")
        table.add_row(f"[{style}]{severity}[/]", *(escape(" ".join(c.split())) for c in cells))
    return table


def _explain(console: Console, verdict: Verdict, finding: Finding) -> None:
    allowance = verdict.allowed.get(finding)
    rows = {
        "construct": finding.construct,
        "before": finding.before,
        "after": finding.after,
        "why": finding.why,
        "allow": finding.allow,
        **({"allowed": f"{allowance.reason} ({allowance.source})"} if allowance else {}),
    }
    console.print(f"[{STYLES[finding.severity]}]{finding.severity}[/] {finding.id}")
    for name, text in rows.items():
        console.print(f"  {name + ':':<11}{escape(text)}")
