"""Findings that a reviewer has allowed: by `--allow`, or in the set's contract/allowances.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tools.release_gate.findings import Finding
from tools.release_gate.problems import UndecidedError

FILE = "allowances.toml"
KEYS = {"finding", "construct", "reason", "until", "stage"}


@dataclass(frozen=True)
class Allowance:
    """An allowance of every finding of a rule, or of the one about a construct."""

    finding: str
    construct: str
    reason: str
    until: date | None
    source: str

    def __str__(self) -> str:
        name = f"{self.finding}:{self.construct}" if self.construct else self.finding
        return f"{self.source}: {name}"

    def covers(self, finding: Finding) -> bool:
        """Tell whether it allows a finding."""
        return self.finding == finding.id and self.construct in ("", finding.construct)


def from_option(text: str, reason: str | None, until: str | None) -> Allowance:
    """Make the allowance of `--allow ID[:CONSTRUCT] --reason TEXT [--until DATE]`."""
    finding, _, construct = text.partition(":")
    return Allowance(finding, construct, (reason or "").strip(), _date(until, "--until"), "--allow")


def in_file(file: Path, stage: str) -> list[Allowance]:
    """Read the rows of a file that hold for a stage; none where there is no such file.

    A row of `[[allow]]` has `finding` and `reason`, and may have `construct`, `until` (a date) and
    `stage`. Raises UndecidedError.
    """
    if not file.exists():
        return []
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get("allow", [])
        return [_row(row) for row in rows if row.get("stage", stage) == stage]
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise UndecidedError(f"{file.name}: cannot be read ({error!r})") from None


def match(
    found: Iterable[Finding], allowances: Iterable[Allowance], *, fixed: frozenset[str]
) -> dict[Finding, Allowance]:
    """Return the allowance of each finding that has one; `fixed` rules cannot be allowed.

    Raises UndecidedError for an allowance without a reason, past its date, or that allows nothing.
    """
    findings = list(found)
    allowed: dict[Finding, Allowance] = {}
    for allowance in allowances:
        if allowance.finding in fixed:
            raise UndecidedError(f"{allowance}: this finding cannot be allowed")
        if not allowance.reason:
            raise UndecidedError(f"{allowance}: an allowance needs a reason")
        if allowance.until and allowance.until < datetime.now(UTC).date():
            raise UndecidedError(f"{allowance}: was allowed until {allowance.until}")
        covered = [finding for finding in findings if allowance.covers(finding)]
        if not covered:
            raise UndecidedError(f"{allowance}: matches no finding")
        allowed |= dict.fromkeys(covered, allowance)
    return allowed


def _row(row: dict[str, Any]) -> Allowance:
    if unknown := row.keys() - KEYS:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))}")
    until = _date(str(row["until"]) if "until" in row else None, "until")
    reason = str(row.get("reason", "")).strip()
    return Allowance(str(row["finding"]), str(row.get("construct", "")), reason, until, FILE)


def _date(text: str | None, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UndecidedError(f"{name} {text}: is not a date such as 2027-01-31") from None
