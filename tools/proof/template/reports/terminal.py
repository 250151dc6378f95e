"""The terminal's report: counts and scores, survivors in groups, broken rules."""

from __future__ import annotations

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ....template import Template
from ..edits import Mutant, mutated
from ..score import ALIVE, STATUSES, Stage, Verdict

MOST_SHOWN = 5  # survivors of a group


def show(
    console: Console, stages: list[Stage], broken: list[str], notes: Iterable[str] = ()
) -> None:
    """Print survivors, counts, the broken rules, and what would break one but is tolerated."""
    for stage in stages:
        _survivors(console, stage)
    console.print(_counts(stages))
    for line in notes:
        console.print(Text(f"tolerated: {line}", style="yellow"), soft_wrap=True)
    for line in broken:
        console.print(Text(f"broken rule: {line}", style="red"), soft_wrap=True)
    if not broken:
        console.print(Text("every rule is kept", style="green"))


def show_changes(console: Console, template: Template, mutants: Iterable[Mutant]) -> None:
    """Print what each mutant changes, as a difference of the template."""
    before = json.dumps(template.body, indent=1).splitlines()
    for mutant in mutants:
        console.print(Text(mutant.name, style="bold"), soft_wrap=True)
        kind = f"must be killed: {mutant.must_kill}" if mutant.must_kill else mutant.group
        console.print(Text(f"  {mutant.description} ({kind})"), soft_wrap=True)
        after = json.dumps(mutated(template, mutant), indent=1).splitlines()
        for line in list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            console.print(Text(f"    {line}", style=style), soft_wrap=True)


def _counts(stages: list[Stage]) -> Table:
    """Make a table with a column for each template: it fits a narrow terminal."""
    table = Table(title="template mutation", title_justify="left")
    table.add_column("")
    for stage in stages:
        table.add_column(stage.name, justify="right")
    for status in STATUSES:
        table.add_row(status, *(str(stage.counts[status]) for stage in stages))
    takers = [sum(test.takes_template for test in stage.tests) for stage in stages]
    others = [str(len(stage.tests) - n) for stage, n in zip(stages, takers, strict=True)]
    table.add_row("mutants", *(str(len(stage.verdicts)) for stage in stages))
    table.add_row("raw score", *(f"{stage.raw_score:.1%}" for stage in stages))
    table.add_row("score of valid", *(f"{stage.score:.1%}" for stage in stages), style="bold")
    samples = [f"{stage.sample.invalid} of {stage.sample.drawn}" for stage in stages]
    table.add_row("invalid among killed mutants drawn", *samples)
    table.add_row("tests replayed", *(str(number) for number in takers))
    table.add_row("tests without template", *others)
    return table


def _survivors(console: Console, stage: Stage) -> None:
    """Print the groups: the must-kill classes first, then by status, type and pointer."""
    groups: dict[tuple[bool, str, str, str, str], list[Verdict]] = defaultdict(list)
    for verdict in stage.with_status(*ALIVE):
        mutant, must = verdict.mutant, verdict.mutant.must_kill
        key = (not must, must or "", verdict.status, mutant.type, general(mutant.pointer))
        groups[key].append(verdict)
    for (_, must, status, kind, pointer), verdicts in sorted(groups.items()):
        title = f"{stage.name}: {len(verdicts)} {status}: {kind} {pointer or '(whole)'}"
        title += f" (must be killed: {must})" if must else ""
        console.print(Text(title, style="bold red"), soft_wrap=True)
        for verdict in verdicts[:MOST_SHOWN]:
            _survivor(console, verdict)
        if len(verdicts) > MOST_SHOWN:
            more = f"  and {len(verdicts) - MOST_SHOWN} more, which the reports name"
            console.print(Text(more, style="dim"))


def _survivor(console: Console, verdict: Verdict) -> None:
    console.print(Text(f"  {verdict.mutant.name}"), soft_wrap=True)
    notes = [verdict.mutant.description.partition(": ")[2]]
    notes += [f"{verdict.status}: {verdict.reason}"] if verdict.reason else []
    console.print(Text(f"      {'; '.join(notes)}", style="dim"), soft_wrap=True)


def general(pointer: str) -> str:
    """Replace every list index of a pointer by `*`."""
    return re.sub(r"/\d+(?=/|$|!)", "/*", pointer)
