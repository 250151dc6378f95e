"""The forms of a verdict: terminal, JSON, JUnit, SARIF, HTML, and GitHub's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools.release_gate.problems import UndecidedError
from tools.release_gate.reports import data, github, junit, page, sarif, terminal
from tools.release_gate.verdict import Verdict


def write_reports(verdict: Verdict, folder: Path, *, explain: str | None = None) -> None:
    """Write every report of a verdict into a folder and print it. Raises UndecidedError."""
    texts = {
        "verdict.json": data.render(verdict),
        "junit.xml": junit.render(verdict),
        "verdict.sarif": sarif.render(verdict),
        "index.html": page.render(verdict),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UndecidedError(f"--output {folder}: {error.strerror}") from None
    terminal.show(verdict, sys.stdout, explain=explain)
    print(f"reports: {folder}")
    if os.environ.get("GITHUB_ACTIONS"):
        github.show(verdict, os.environ.get("GITHUB_STEP_SUMMARY"))
