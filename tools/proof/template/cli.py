"""The command line: arguments, progress, exit codes."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contract import promises

from ...template import Template, TemplateError
from ..shared.command import BAD, COULD_NOT_RUN, OK, CannotRunError
from . import equivalence, generate, score, synthesis
from .reports import html, junit, record, terminal
from .run import Advance, Plan, Settings, run, selected
from .selection import differing
from .validity import Cache

FULL = "prod"
TESTS = "tests_infra"
REVIEWED = "reviewed_mutants.toml"


def main(arguments: list[str]) -> int:
    """The exit code. The workers' sets get one order, so that reports stay the same."""
    os.environ.setdefault("PYTHONHASHSEED", "0")
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    try:
        return _run(_parser().parse_args(arguments), console)
    except (CannotRunError, TemplateError) as error:
        print(f"template_mutation: could not run: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        print("template_mutation: interrupted", file=sys.stderr)
        return COULD_NOT_RUN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.proof template",
        description="Makes a CloudFormation template wrong in every way it knows and "
        "shows which of these mutants no test notices.",
        epilog="Exit codes: 0 all as required, 1 survivors or a broken rule, 2 could not run. "
        "Arguments after -- go to pytest. More: docs/mutation.md",
    )
    what = parser.add_argument_group("what to mutate (default: every stage of cdk.json)")
    what.add_argument(
        "--stage",
        action="append",
        metavar="NAME",
        help=f"this stage, all of its mutants (repeatable; by default {FULL} with all, "
        "the other stages with those that differ from it)",
    )
    what.add_argument("--template", type=Path, metavar="FILE", help="this template instead")
    what.add_argument(
        "--tests",
        default=TESTS,
        metavar="PATH",
        help=f"tests that take the fixture `template` (default: {TESTS})",
    )
    what.add_argument(
        "--only",
        metavar="PATTERN",
        help="only mutants whose name holds this text, or matches it where it has a *",
    )
    parser.add_argument("--list", action="store_true", help="name the mutants, run nothing")
    parser.add_argument(
        "--show", action="store_true", help="show what the mutants change, run nothing"
    )
    parser.add_argument(
        "--report",
        type=Path,
        default=Path("build/mutation"),
        metavar="DIR",
        help="where reports and the cache go (default: %(default)s)",
    )
    parser.add_argument(
        "--reviewed",
        type=Path,
        metavar="FILE",
        help=f"the reviewed equivalents (default: {REVIEWED} beside the tests)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes (default: one a core)",
    )
    parser.add_argument("pytest", nargs="*", metavar="-- ARGUMENT", help="for pytest")
    return parser


def _run(options: argparse.Namespace, console: Console) -> int:
    if not Path(options.tests).exists():
        raise CannotRunError(f"{options.tests}: no such tests")
    plans = _plans(options)
    if options.only and not any(plan.mutants for plan in plans):
        raise CannotRunError(f"no mutant's name matches {options.only}")
    if options.list or options.show:
        return _tell(plans, options, console)
    return _replay(plans, options, console)


def _plans(options: argparse.Namespace) -> list[Plan]:
    extra = (options.tests, *options.pytest)
    if options.template:
        template = Template.load(options.template)
        return [_plan(template.stack_name, template, extra, options)]
    names = options.stage or synthesis.stage_names(Path.cwd())
    wanted = (
        names if options.stage or FULL not in names else [FULL, *(n for n in names if n != FULL)]
    )
    loaded = synthesis.templates(wanted)
    plans = []
    for name, template in loaded.items():
        arguments = (*extra, "--template", str(template.file), "--stage", name)
        plan = _plan(name, template, arguments, options)
        if not options.stage and name != FULL and FULL in loaded:
            plan = differing(plan, loaded[FULL], reference_name=FULL)
        plans.append(plan)
    return plans


def _plan(
    name: str, template: Template, arguments: tuple[str, ...], options: argparse.Namespace
) -> Plan:
    chosen = selected(generate.mutants(template), options.only)
    return Plan(name, template, arguments, chosen, partial=options.only is not None)


def _tell(plans: list[Plan], options: argparse.Namespace, console: Console) -> int:
    for plan in plans:
        if options.show:
            terminal.show_changes(console, plan.template, plan.mutants)
        else:
            for mutant in plan.mutants:
                console.print(mutant.name, markup=False, soft_wrap=True)
    return OK


def _replay(plans: list[Plan], options: argparse.Namespace, console: Console) -> int:
    reviewed = options.reviewed or Path(options.tests) / REVIEWED
    partial = options.only is not None
    entries = [] if partial and not options.reviewed else equivalence.reviewed(reviewed)
    settings = Settings(Cache(options.report / "validity.json"), entries, options.jobs)
    stages = []
    started = time.monotonic()
    for plan in plans:
        with _progress(plan, console) as advance:
            stages.append(run(plan, settings, advance))
    broken = _broken(stages, settings, partial=partial)
    terminal.show(console, stages, broken)
    if not partial:
        _write(options.report, plans, stages, broken, console)
    console.print(f"{time.monotonic() - started:.1f} s", style="dim")
    return BAD if broken else OK


def _write(
    folder: Path,
    plans: list[Plan],
    stages: list[score.Stage],
    broken: list[str],
    console: Console,
) -> None:
    record.write(folder / "infra.json", stages, broken)
    junit.write(folder / "infra.xml", stages, broken)
    written = "infra.json, infra.xml"
    if html.VIEWER.exists():
        loaded = {plan.name: plan.template for plan in plans}
        html.write(folder / "infra.html", stages, loaded, html.VIEWER)
        written += ", infra.html"
    else:
        console.print(f"no HTML page: {html.VIEWER} is missing (npm ci brings it)", style="yellow")
    console.print(f"reports in {folder}: {written}", highlight=False)


def _broken(stages: list[score.Stage], settings: Settings, *, partial: bool) -> list[str]:
    if partial:
        return score.partial_rules(stages)
    return score.broken_rules(stages, settings.entries, _promised(stages))


def _promised(stages: list[score.Stage]) -> set[str]:
    """The ids of level infra, where the replayed tests name promises at all."""
    if not any(test.promises for stage in stages for test in stage.tests):
        return set()
    return {p.id for p in promises.load().values() if "infra" in p.levels}


@contextmanager
def _progress(plan: Plan, console: Console) -> Iterator[Advance]:
    if not console.is_terminal:
        console.print(f"{plan.name}: replaying {len(plan.mutants)} mutants ...")
        yield _silent
        return
    columns = (TextColumn(plan.name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(plan.name, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _silent(done: int, of: int) -> None:
    """Where there is no terminal, the line before and the table after are the progress."""
    del done, of
