"""The diagram in docs/architecture.md shows what the template holds."""

from __future__ import annotations

import re
from pathlib import Path

from contract.stages import Promised
from tools.template import Template

PAGE = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
NODE = re.compile(r"""\[\(?"([A-Z]\w+::\w+)""")


def test_diagram_shows_every_type(template: Template, promised: Promised) -> None:
    diagram = PAGE.read_text(encoding="utf-8").partition("```mermaid")[2].partition("```")[0]
    drawn = {f"AWS::{type_}" for type_ in NODE.findall(diagram)}
    if not promised.alarm_addresses:
        drawn.remove("AWS::SNS::Subscription")
    assert drawn == {resource.type for resource in template.resources()}
