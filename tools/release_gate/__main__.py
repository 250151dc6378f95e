"""`python -m tools.release_gate build|check|release|rules`: 0 release, 1 refuse, 2 undecided."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from tools.release_gate import allowances, checking, documentation, released_set
from tools.release_gate.problems import UndecidedError
from tools.release_gate.releasing import command as releasing
from tools.release_gate.reports import write_reports

UNDECIDED = 2
EPILOG = "Exit codes: 0 release, 1 refuse, 2 the gate could not decide."


class Parser(argparse.ArgumentParser):
    """A parser that names a wrong argument in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNDECIDED, f"{self.prog}: {message} (see --help)\n")


class Allow(argparse.Action):
    """`--reason` and `--until` belong to the `--allow` before them."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: str | None = None) -> None:
        rows = [*(namespace.allowed or [])]
        if option == "--allow":
            rows.append({"text": values, "reason": None, "until": None})
        elif not rows:
            parser.error(f"{option} comes after the --allow that it belongs to")
        else:
            rows[-1] = {**rows[-1], str(option).lstrip("-"): values}
        namespace.allowed = rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.action(options))
    except UndecidedError as problem:
        print(f"could not decide: {problem}", file=sys.stderr)
        return UNDECIDED


def _check(options: argparse.Namespace) -> int:
    rows = options.allowed or []
    request = checking.Request(
        candidate=options.candidate,
        stage=options.stage,
        deployed=options.deployed,
        stack_name=options.stack_name,
        evidence=options.evidence,
        compare_only=options.compare_only,
        allowances=tuple(
            allowances.from_option(row["text"], row["reason"], row["until"]) for row in rows
        ),
        second_opinion=_second_opinion(options),
    )
    verdict = checking.check(request)
    write_reports(verdict, options.output, explain=options.explain)
    return verdict.exit_code


def _second_opinion(options: argparse.Namespace) -> Any:
    if not options.access_analyzer:
        return None
    from tools.release_gate import access_analyzer

    return access_analyzer.opinion()


def _build(options: argparse.Namespace) -> int:
    def report(text: str) -> None:
        print(f"{text} ...", file=sys.stderr, flush=True)

    built = released_set.build(options.output, report=report)
    state = "a tree with changes" if built.dirty else "a clean tree"
    print(f"{built.folder}: {', '.join(built.stages)} of commit {built.commit or 'none'}, {state}")
    return 0


def _rules(_: argparse.Namespace) -> int:
    page = documentation.PAGE.read_text(encoding="utf-8")
    documentation.PAGE.write_text(documentation.written(page), encoding="utf-8")
    print(f"wrote the table of rules in {documentation.PAGE.name}")
    return 0


def parser() -> Parser:
    """Make the parser of all commands."""
    parser = Parser(prog="python -m tools.release_gate", description=__doc__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    build = commands.add_parser(
        "build", help="synthesize all stages of the current commit and seal them", epilog=EPILOG
    )
    build.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder")
    build.set_defaults(action=_build)
    _add_check(commands)
    releasing.add(commands)
    table = commands.add_parser("rules", help="write the table of rules in docs/release-gate.md")
    table.set_defaults(action=_rules)
    return parser


def _add_check(commands: Any) -> None:
    check = commands.add_parser(
        "check", help="decide whether a candidate may go out to a stage", epilog=EPILOG
    )
    add = check.add_argument
    add("--candidate", type=Path, required=True, metavar="DIR", help="a set made by `build`")
    add("--stage", required=True, metavar="NAME", help="the stage that it would go out to")
    add(
        "--deployed",
        type=Path,
        metavar="DIR|TEMPLATE.json",
        help="what is deployed: the set that was last released, or its template or the answer of "
        "get-template (without it and --stack-name: a first release)",
    )
    add(
        "--stack-name",
        metavar="NAME",
        help="read what is deployed from this stack; with --deployed, that is what was last "
        "released, and a difference is a finding",
    )
    add("--evidence", type=Path, metavar="DIR", help="holds evidence/ and mutation/, as build does")
    add(
        "--compare-only",
        action="store_true",
        help="ask for no evidence; the verdict says so, and no release rests on it",
    )
    add("--allow", action=Allow, dest="allowed", metavar="FINDING-ID[:CONSTRUCT]")
    add("--reason", action=Allow, dest="allowed", metavar="TEXT", help="why it is allowed")
    add("--until", action=Allow, dest="allowed", metavar="DATE", help="the last day of it")
    add(
        "--access-analyzer",
        action="store_true",
        help="also ask IAM Access Analyzer, which can only add findings (calls are charged)",
    )
    add("--explain", metavar="ID", help="print these findings whole")
    add(
        "--output",
        type=Path,
        default=Path("build/release-gate"),
        metavar="DIR",
        help="where the reports go (default: %(default)s)",
    )
    check.set_defaults(action=_check)


if __name__ == "__main__":
    sys.exit(main())
