"""`python -m tools.benchmarks`: exit 0 all targets reached, 1 one missed, 2 could not measure."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import assemblies
from tools.benchmarks import cost, development, loop, measure, report
from tools.benchmarks.scaling import page as scaling
from tools.local_stage.changes import archive, files
from tools.local_stage.programs import LocalStageError
from tools.template import Template

RESULTS = Path(__file__).with_name("results.md")
ROOT = Path(__file__).resolve().parents[2]
STAGE = "prod"
PROBLEMS = (OSError, RuntimeError, ValueError, AssertionError, LocalStageError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command names, by default the function, and print it."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.measure(options))
    except PROBLEMS as problem:
        print(f"could not measure: {problem}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.benchmarks",
        description="Measures the function against a bare client, on a local table.",
        epilog="Exit code: 0 all targets reached, 1 one missed, 2 could not measure.",
    )
    parser.set_defaults(measure=_function)
    parser.add_argument("--starts", type=_positive, default=15, help="cold starts of each (15)")
    parser.add_argument("--rounds", type=_positive, default=25, help="warm rounds of each (25)")
    parser.add_argument("--requests", type=_positive, default=100, help="of a warm round (100)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the page to write")
    commands = parser.add_subparsers(title="measure something else", metavar="COMMAND")
    levels = commands.add_parser(
        "loop", help="how long the levels of the tests take", description=loop.__doc__
    )
    levels.add_argument("levels", nargs="*", default=list(loop.BUDGETS), metavar="LEVEL")
    levels.add_argument("--cold", action="store_true", help="also in a fresh clone")
    levels.set_defaults(measure=loop.measure)
    stage = commands.add_parser(
        "development",
        help="how long a developer waits for the local stage",
        description=development.__doc__,
    )
    stage.set_defaults(measure=development.measure)
    for repeated in (levels, stage):
        repeated.add_argument(
            "--runs", type=_positive, default=3, metavar="N", help="median of (3)"
        )
    pages = commands.add_parser("scaling", help="measure nothing, and write docs/scaling.md")
    pages.set_defaults(measure=_scaling)
    return parser


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _function(options: argparse.Namespace) -> int:
    assembly = assemblies.assembly(STAGE)
    stack = bill_settings(Template.in_assembly(assembly))
    measured = measure.measure(
        stack.variables,
        starts=options.starts,
        rounds=options.rounds,
        requests=options.requests,
        step=_step,
    )
    prices = cost.prices()
    goals = report.targets(measured, _asset_bytes(assembly))
    goals.append(report.bill_target(measured, stack, prices))
    page = report.page(measured, goals, stack, prices)
    print(page)
    options.output.write_text(page, encoding="utf-8")
    return 0 if all(goal.reached for goal in goals) else 1


def _scaling(_: argparse.Namespace) -> int:
    template = Template.in_assembly(assemblies.assembly(STAGE))
    for path in scaling.write(template, bill_settings(template), ROOT):
        print(f"wrote {path}")
    return 0


def bill_settings(template: Template) -> cost.Settings:
    """Return what the bill of the stage depends on, from its template and cdk.json."""
    stage = json.loads((ROOT / "cdk.json").read_bytes())["context"]["stages"][STAGE]
    rule = {name: stage[name] for name in ("traces_per_second", "trace_percent")}
    return cost.settings(template, **rule)


def _asset_bytes(assembly: Path) -> int:
    """Return the size of the function's asset as it is uploaded."""
    (asset,) = (path for path in assembly.glob("asset.*") if (path / "lambda_function").is_dir())
    return len(archive(dict(files(asset, asset))))


def _step(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)
    else:
        print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
