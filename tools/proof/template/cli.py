"""The command line: which templates, which mutants, which reports."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from ...template import Template, TemplateError
from ..shared import evidence
from ..shared.command import (
    BAD,
    OK,
    CannotRunError,
    CommandParser,
    exit_code,
    print_list,
    proof_parser,
    selected,
)
from ..shared.evidence import Kill
from ..shared.verdicts import Entry, reviewed, unproven
from . import generate, rules
from .linting import Linter
from .pool import found
from .proofs import Proof, judge
from .reports import html, junit, record, terminal
from .run import Plan, Settings, run
from .score import Stage
from .selection import differing

REVIEWED = "reviewed_mutants.toml"
LINTED = "infra-linted.json"


@dataclass(frozen=True)
class Project:
    """What a project knows of itself, so that its command needs no arguments.

    `templates` gives the template of each stage, or of those that are named; `full` is the
    stage whose mutants all run. `promised` are the promises that its tests must prove, and
    `proofs` the mutants that are named for them; `stamp` says which state of the
    sources the evidence is of.
    """

    tests: str
    full: str
    templates: Callable[[Sequence[str]], Mapping[str, Template]]
    promised: Collection[str]
    proofs: Sequence[Proof]
    stamp: Mapping[str, Any]


def main(arguments: Sequence[str], project: Project | None = None) -> int:
    """Mutate, replay, report, and give the exit code.

    The sets of the workers get one order, so that reports stay the same.
    """
    os.environ.setdefault("PYTHONHASHSEED", "0")
    return exit_code(lambda: _run(_parser(project).parse_args(arguments), project))


def command() -> None:
    """Run as a console command of the package."""
    sys.exit(main(sys.argv[1:]))


def _parser(project: Project | None) -> CommandParser:
    parser = proof_parser(
        "python -m tools.proof template" if project else "template-mutants",
        "mutants",
        "Breaks a CloudFormation template in every way that it knows, and replays the tests "
        "on every mutant. Arguments after -- go to pytest. More: docs/mutation.md",
        jobs=os.cpu_count() or 1,
    )
    what = parser.add_argument_group("what to mutate")
    what.add_argument(
        "--template",
        type=Path,
        metavar="FILE",
        help="this template (default: "
        + ("that of each stage)" if project else "the one that the tests make)"),
    )
    what.add_argument(
        "--tests",
        default=project and project.tests,
        required=not project,
        metavar="PATH",
        help="tests that take the fixture `template`, or use aws_cdk.assertions",
    )
    what.add_argument(
        "--stack",
        metavar="NAME",
        help="of the templates that the tests make, that of this stack (default: the first)",
    )
    if project:
        what.add_argument(
            "--stage",
            action="append",
            default=[],
            metavar="NAME",
            help="this stage, all of its mutants (repeatable; by default all mutants of "
            f"{project.full} and, of the other stages, those of what differs from it)",
        )
    parser.add_argument(
        "--show", action="store_true", help="show what the mutants change, and run nothing"
    )
    parser.add_argument(
        "--report",
        type=Path,
        default=evidence.FOLDER,
        metavar="DIR",
        help="where the reports go (default: %(default)s)",
    )
    parser.add_argument(
        "--reviewed",
        type=Path,
        metavar="FILE",
        help=f"the reviewed equivalents (default: {REVIEWED} beside the tests)",
    )
    parser.add_argument(
        "--lint",
        choices=["all", "deciding"],
        default="deciding",
        help="the mutants that cfn-lint checks: all, or survivors, proofs and a sample of the "
        "killed (default: %(default)s)",
    )
    parser.add_argument(
        "--fail-under",
        type=_percent,
        metavar="PERCENT",
        help="tolerate survivors and tests that kill nothing, as long as the score of each "
        "template is at least this",
    )
    parser.add_argument(
        "--every-kill-counts",
        action="store_true",
        help="count the kills of tests that are red on a canary or kill too many mutants",
    )
    parser.add_argument(
        "--framework",
        action="store_true",
        help="also mutate the CDK's own custom resources and the functions that run them",
    )
    parser.add_argument("pytest", nargs="*", metavar="-- ARGUMENT", help="for pytest")
    return parser


def _percent(text: str) -> float:
    """Read a number from 0 to 100. Raises ArgumentTypeError."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")
    return number


def _run(options: argparse.Namespace, project: Project | None) -> int:
    if not Path(options.tests).exists():
        raise CannotRunError(f"--tests {options.tests}: no such file or folder")
    try:
        plans = _plans(options, project)
    except TemplateError as error:
        raise CannotRunError(str(error)) from None
    plans = _selected(plans, options.only)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    if options.list:
        return print_list((m.name, m.description) for plan in plans for m in plan.mutants)
    if options.show:
        for plan in plans:
            terminal.show_changes(console, plan.template, plan.mutants)
        return OK
    return _replay(plans, options, console, project)


def _plans(options: argparse.Namespace, project: Project | None) -> list[Plan]:
    """One plan for each template; of a stage beside the full one what differs from it."""
    extra = (options.tests, *options.pytest)
    if options.template or not project:
        file = options.template
        template = Template.load(file) if file else found(extra, options.stack)
        return [Plan(template.stack_name, template, extra, generate.mutants(template))]
    plans = []
    loaded = project.templates(options.stage)
    for name, template in loaded.items():
        arguments = (*extra, "--template", str(template.file), "--stage", name)
        named = frozenset(proof.mutant for proof in project.proofs if proof.stage == name)
        plan = Plan(name, template, arguments, generate.mutants(template), named=named)
        if not options.stage and name != project.full:
            reference = loaded[project.full]
            plan = differing(plan, reference, reference_name=project.full)
        plans.append(plan)
    return plans


def _selected(plans: list[Plan], pattern: str | None) -> list[Plan]:
    """The plans with the mutants of `--only`: none may match in one of them, not in all."""
    found = [mutant for plan in plans for mutant in plan.mutants]
    names = {mutant.name for mutant in selected(found, pattern, lambda mutant: mutant.name)}
    if pattern is None:
        return plans
    return [
        replace(plan, mutants=[m for m in plan.mutants if m.name in names], partial=True)
        for plan in plans
    ]


def _replay(
    plans: list[Plan], options: argparse.Namespace, console: Console, project: Project | None
) -> int:
    partial = options.only is not None
    file = options.reviewed or Path(options.tests) / REVIEWED
    entries = [] if partial and not options.reviewed else reviewed(file)
    settings = Settings(
        entries,
        options.jobs,
        lint_all=options.lint == "all",
        every_kill_counts=options.every_kill_counts,
        framework=options.framework,
    )
    started = time.monotonic()
    linter = Linter(options.report / LINTED, options.jobs)
    stages = [run(plan, settings, linter) for plan in plans]
    kills, broken, notes = _judged(stages, entries, project, options.fail_under, partial=partial)
    terminal.show(console, stages, broken, notes)
    console.print(
        f"cfn-lint: {linter.asked} templates checked, {linter.known} known from the last run"
    )
    if not partial:
        linter.keep()
        stamp = project.stamp if project else {}
        record.write(options.report / "infra.json", stages, kills, broken, stamp)
        _write(options.report, plans, stages, broken, console)
    console.print(f"{time.monotonic() - started:.1f} s", style="dim")
    return BAD if broken else OK


def _judged(
    stages: list[Stage],
    entries: list[Entry],
    project: Project | None,
    threshold: float | None,
    *,
    partial: bool,
) -> tuple[list[Kill], list[str], list[str]]:
    """The proofs of the promises, the rules that the run breaks, and what a threshold tolerates."""
    broken = rules.tests_broken(stages, partial=partial)
    broken, notes = (broken, []) if threshold is None else (rules.under(stages, threshold), broken)
    if partial:
        return [], broken, notes
    broken += rules.reviews(stages, entries)
    if project is None:
        return [], broken, notes
    ran = {stage.name for stage in stages}
    kills, useless = judge([p for p in project.proofs if p.stage in ran], stages)
    whole = ran >= {proof.stage for proof in project.proofs}
    missing = unproven(project.promised, (kill.promise for kill in kills)) if whole else []
    return kills, [*broken, *useless, *missing], notes


def _write(
    folder: Path,
    plans: list[Plan],
    stages: list[Stage],
    broken: list[str],
    console: Console,
) -> None:
    junit.write(folder / "infra.xml", stages, broken)
    written = "infra.json, infra.xml"
    if html.VIEWER.exists():
        templates = {plan.name: plan.template for plan in plans}
        html.write(folder / "infra.html", stages, templates, html.VIEWER)
        written += ", infra.html"
    else:
        console.print(f"no HTML page: {html.VIEWER} is missing (npm ci installs it)")
    console.print(f"reports in {folder}: {written}")
