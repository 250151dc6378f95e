"""GitHub Actions: an annotation for each finding, and the job summary in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tools.release_gate.findings import Finding
from tools.release_gate.reports.source import location
from tools.release_gate.verdict import Verdict


def show(verdict: Verdict, summary: str | None) -> None:
    """Print the annotations, and append the summary to the file that GitHub names."""
    for line in commands(verdict):
        print(line)
    if summary:
        with open(summary, "a", encoding="utf-8") as file:  # noqa: PTH123 - GitHub's own path
            file.write(markdown(verdict))


def commands(verdict: Verdict) -> Iterable[str]:
    """Yield GitHub's commands: an error for what is refused, a notice for what is allowed."""
    for finding in verdict.findings:
        file, line = location(finding)
        kind = "notice" if finding in verdict.allowed else "error"
        where = f"file={_property(file)},line={line},title={_property(finding.id)}"
        yield f"::{kind} {where}::{_message(_text(finding))}"


def markdown(verdict: Verdict) -> str:
    """Return the job summary."""
    icon = "⛔" if verdict.refused else "✅"
    lines = [f"## {icon} {verdict.headline}", "", *verdict.notes, ""]
    if verdict.findings:
        lines += ["| severity | finding | construct | before | after |", "|---|---|---|---|---|"]
        lines += [_row(verdict, finding) for finding in verdict.findings]
    counts = Counter(promise.status for promise in verdict.promises)
    lines += ["", "Promises: " + ", ".join(f"{n} {name}" for name, n in counts.items()), ""]
    return "\n".join(lines)


def _row(verdict: Verdict, finding: Finding) -> str:
    allowance = verdict.allowed.get(finding)
    severity = f"allowed: {allowance.reason}" if allowance else finding.severity
    cells = (severity, finding.id, finding.construct, finding.before, finding.after)
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split()).replace("`", "\\`")[:200]


def _text(finding: Finding) -> str:
    return f"{finding.construct}: {finding.before} -> {finding.after}\n{finding.why}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
