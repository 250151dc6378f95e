"""One self-contained HTML page: the findings, and every promise with what is known of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tools import pages
from tools.release_gate import rules
from tools.release_gate.verdict import Verdict


def render(verdict: Verdict) -> str:
    """Return the text of index.html, which loads nothing."""
    template = pages.templates(Path(__file__).parent).get_template("page.html.jinja")
    levels = sorted({level for promise in verdict.promises for level in promise.levels})
    return template.render(
        verdict=verdict,
        sentences=rules.sentences(),
        levels=levels,
        statuses=Counter(promise.status for promise in verdict.promises),
    )
