"""Cloud assemblies without the CDK CLI: `python -m stack --stage NAME --output DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from stack.build import build, synthesize
from stack.settings import STAGES, read_context, reported

CDK_JSON = Path(__file__).resolve().parent.parent / "cdk.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    parser.add_argument(
        "--stage", metavar="NAME", help="a stage of cdk.json (default: each, into DIR/NAME)"
    )
    parser.add_argument(
        "--output", required=True, metavar="DIR", type=Path, help="where the assembly goes"
    )
    options = parser.parse_args()
    one = {options.stage: options.output}
    for stage, output in (one if options.stage else _each(options.output)).items():
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            parser.error(f"--output {output}: {problem.strerror}")
        with reported():
            context = {**read_context(CDK_JSON), "stage": stage}
            synthesize(build(context=context, output=str(output)))


def _each(output: Path) -> dict[str, Path]:
    return {stage: output / stage for stage in STAGES}


if __name__ == "__main__":
    main()
