"""Cloud assemblies without the CDK CLI: `python -m stack --stage NAME --output DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from stack.build import build, synthesize
from stack.settings import read_context, reported, stage_names

CDK_JSON = Path(__file__).resolve().parent.parent / "cdk.json"


def main() -> None:
    """Synthesize one stage, or every stage, without the CDK CLI."""
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    parser.add_argument(
        "--stage", metavar="NAME", help="a stage of cdk.json (default: each, into DIR/NAME)"
    )
    parser.add_argument(
        "--output", required=True, metavar="DIR", type=Path, help="where the assembly goes"
    )
    options = parser.parse_args()
    with reported():
        context = read_context(CDK_JSON)
        each = {stage: options.output / stage for stage in stage_names(context.get("stages"))}
        for stage, output in ({options.stage: options.output} if options.stage else each).items():
            try:
                output.mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                parser.error(f"--output {output}: {problem.strerror}")
            synthesize(build(context={**context, "stage": stage}, output=str(output)))


if __name__ == "__main__":
    main()
