"""One self-contained HTML page: the mutation-testing report schema and its viewer, inlined.

Schema: https://github.com/stryker-mutator/mutation-testing-elements, version 2;
viewer: the npm package mutation-testing-elements.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from ....template import Template
from ...shared.verdicts import (
    CRASHED,
    EQUIVALENT,
    ERROR,
    INVALID,
    KILLED,
    OUT_OF_SCOPE,
    SURVIVED,
    VOID,
)
from ..edits import pointer
from ..score import Stage, Verdict

INSTALLED = Path(__file__).with_name("viewer.js")  # in the package of its own
VIEWER = (
    INSTALLED
    if INSTALLED.exists()
    else Path("node_modules/mutation-testing-elements/dist/mutation-test-elements.js")
)
STATUS = {
    KILLED: "Killed",
    CRASHED: "Killed",
    SURVIVED: "Survived",
    VOID: "Survived",
    INVALID: "CompileError",
    EQUIVALENT: "Ignored",
    OUT_OF_SCOPE: "Ignored",
    ERROR: "RuntimeError",
}
PAGE = Path(__file__).with_name("page.html")


def write(file: Path, stages: list[Stage], templates: dict[str, Template], viewer: Path) -> None:
    """Write the page. `viewer` is the package's script; both are in the one file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    report = json.dumps(as_report(stages, templates), ensure_ascii=False).replace("</", "<\\/")
    script = viewer.read_text(encoding="utf-8").replace("</script", "<\\/script")
    text = PAGE.read_text(encoding="utf-8").replace("{scores}", "".join(map(_score, stages)), 1)
    text = text.replace("{viewer}", script, 1)
    head, _, tail = text.rpartition("{report}")
    file.write_text(head + report + tail, encoding="utf-8")


def _score(stage: Stage) -> str:
    """The score, and what the linter says of the kills that it counts."""
    text = f"{stage.name}: {stage.score:.1%} of the valid mutants are killed; {stage.sample}"
    return f"<li>{html.escape(text)}</li>"


def as_report(stages: list[Stage], templates: dict[str, Template]) -> dict[str, Any]:
    """Make the report: a file for each template, a test file for each test module."""
    tests = sorted({test.id for stage in stages for test in stage.tests})
    ids = {test: str(number) for number, test in enumerate(tests)}
    return {
        "schemaVersion": "2.0",
        "thresholds": {"high": 100, "low": 95},
        "files": {
            f"{stage.name}/{stage.template}": _file(stage, templates[stage.name], ids)
            for stage in stages
        },
        "testFiles": _test_files(ids),
        "framework": {"name": "template_mutation"},
    }


def _file(stage: Stage, template: Template, ids: dict[str, str]) -> dict[str, Any]:
    source = Source(template.body)
    mutants = [
        _mutant(f"{stage.name}-{number}", verdict, source, ids)
        for number, verdict in enumerate(stage.verdicts)
    ]
    return {"language": "json", "source": "\n".join(source.lines), "mutants": mutants}


def _mutant(name: str, verdict: Verdict, source: Source, ids: dict[str, str]) -> dict[str, Any]:
    mutant = verdict.mutant
    element = pointer(mutant.element) if mutant.element[0] != "Template" else ""
    found = {
        "id": name,
        "mutatorName": mutant.name.partition("#")[2].rpartition(":")[2],
        "description": f"{mutant.name} — {mutant.description}",
        "replacement": mutant.description,
        "location": source.location(element + mutant.pointer.partition("!")[0]),
        "status": STATUS[verdict.status],
        "killedBy": [ids[test] for test in verdict.killers],
    }
    return {**found, "statusReason": verdict.reason} if verdict.reason else found


def _test_files(ids: dict[str, str]) -> dict[str, Any]:
    files: dict[str, Any] = {}
    for test, number in ids.items():
        file, _, name = test.partition("::")
        files.setdefault(file, {"tests": []})["tests"].append({"id": number, "name": name})
    return files


class Source:
    """A template as indented JSON, in which every value begins and ends a line."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.lines = json.dumps(body, indent=2, ensure_ascii=False).split("\n")
        self._places: dict[str, tuple[int, int]] = {}
        self._place(body, "", 1)

    def location(self, where: str) -> dict[str, dict[str, int]]:
        """Locate the lines of a pointer, or of its nearest ancestor that the template has."""
        while where not in self._places:
            where = where.rpartition("/")[0]
        first, last = self._places[where]
        start, end = self.lines[first - 1], self.lines[last - 1]
        return {
            "start": {"line": first, "column": len(start) - len(start.lstrip()) + 1},
            "end": {"line": last, "column": len(end.rstrip(",")) + 1},
        }

    def _place(self, value: Any, where: str, first: int) -> int:
        """Note the first and last line of a value and of all below it; give the last."""
        last = first
        if isinstance(value, dict | list) and value:
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                last = self._place(item, where + pointer((key,)), last + 1)
            last += 1
        self._places[where] = (first, last)
        return last
