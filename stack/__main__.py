"""`python -m stack --stage NAME --output DIR`: one stage's cloud assembly, without the CDK CLI."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from stack.build import build
from stack.settings import reported

CDK_JSON = Path(__file__).resolve().parent.parent / "cdk.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    parser.add_argument("--stage", required=True, metavar="NAME", help="a stage of cdk.json")
    parser.add_argument("--output", required=True, metavar="DIR", help="where the assembly goes")
    options = parser.parse_args()
    context = json.loads(CDK_JSON.read_text(encoding="utf-8"))["context"]
    with reported():
        build(context={**context, "stage": options.stage}, output=options.output).synth()


if __name__ == "__main__":
    main()
