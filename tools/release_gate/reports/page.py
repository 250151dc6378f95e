"""One self-contained HTML page: the findings, and every promise with what is known of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import jinja2

from tools.release_gate import rules
from tools.release_gate.verdict import Verdict


def render(verdict: Verdict) -> str:
    """Return the text of index.html, which loads nothing."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html.jinja")
    levels = sorted({level for promise in verdict.promises for level in promise.levels})
    return template.render(
        verdict=verdict,
        sentences=rules.sentences(),
        levels=levels,
        statuses=Counter(promise.status for promise in verdict.promises),
    )
