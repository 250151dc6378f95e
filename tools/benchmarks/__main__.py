"""`python -m tools.benchmarks`: exit 0 all targets reached, 1 one missed, 2 could not measure."""

from __future__ import annotations

import argparse
import io
import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tools import assemblies
from tools.benchmarks import cost, development, loop, measure, report
from tools.benchmarks.scaling import page as scaling
from tools.template import Template

RESULTS = Path(__file__).with_name("results.md")
ROOT = Path(__file__).resolve().parents[2]
STAGE = "prod"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the page and write it.

    `loop` measures the levels of the tests instead, `development` the local stage, and `scaling`
    computes what a region serves.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["loop"]:
        return loop.main(words[1:])
    if words[:1] == ["development"]:
        return development.main(words[1:])
    options = _options(arguments)
    try:
        if options.what == "scaling":
            return _scaling()
        page, good = _run(options)
    except (OSError, RuntimeError, ValueError, AssertionError) as problem:
        print(f"could not measure: {problem}", file=sys.stderr)
        return 2
    print(page)
    options.output.write_text(page, encoding="utf-8")
    return 0 if good else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.benchmarks",
        description="Measures the function against a bare client, on a local table. "
        "Exit code: 0 all targets reached, 1 one missed, 2 could not measure. "
        "`loop` measures how long the levels of the tests take: see loop --help, "
        "`development` how long a developer waits for the local stage. "
        "`scaling` measures nothing and writes docs/scaling.md.",
    )
    parser.add_argument("what", nargs="?", choices=["scaling"], help="write docs/scaling.md")
    parser.add_argument("--starts", type=_positive, default=15, help="cold starts of each (15)")
    parser.add_argument("--rounds", type=_positive, default=25, help="warm rounds of each (25)")
    parser.add_argument("--requests", type=_positive, default=100, help="of a warm round (100)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the page to write")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _run(options: argparse.Namespace) -> tuple[str, bool]:
    assembly = assemblies.assembly(STAGE)
    template, asset_bytes = Template.in_assembly(assembly), _asset_bytes(assembly)
    stack = bill_settings(template)
    measured = measure.measure(
        stack.variables,
        starts=options.starts,
        rounds=options.rounds,
        requests=options.requests,
        step=_step,
    )
    prices = cost.prices()
    goals = [*report.targets(measured, asset_bytes), report.bill_target(measured, stack, prices)]
    return report.page(measured, goals, stack, prices), all(goal.reached for goal in goals)


def _scaling() -> int:
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
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(asset.rglob("*")):
            archive.write(file, file.relative_to(asset))
    return len(packed.getvalue())


def _step(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)
    else:
        print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
