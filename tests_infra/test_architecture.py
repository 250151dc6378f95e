"""The diagram in docs/architecture.md shows what the template holds."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tools.template import Template

PAGE = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
NODE = re.compile(r'\["(?:(\d+) x )?([A-Z]\w+::\w+)|\[\("([A-Z]\w+::\w+)')


def test_diagram_shows_every_resource(template: Template) -> None:
    diagram = PAGE.read_text(encoding="utf-8").partition("```mermaid")[2].partition("```")[0]
    drawn: Counter[str] = Counter()
    for count, type_, stored in NODE.findall(diagram):
        drawn[f"AWS::{type_ or stored}"] += int(count or 1)
    assert drawn == Counter(resource.type for resource in template.resources())
