"""The pinned CDK CLI, with the Python and the Node of this environment.

    python -m tools.cdk deploy -c stage=dev

Takes the arguments of the CLI, works for the account of the AWS environment, and ends with the
CLI's exit code; with 2 where the CLI cannot be installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from tools.local_stage import LocalStageError
from tools.local_stage.cdk import CLI
from tools.local_stage.node import NODE, NODE_BIN, ROOT, install_packages


def main() -> NoReturn:
    """Become the CLI."""
    try:
        install_packages(lambda text: print(f"{text} ...", file=sys.stderr, flush=True))
    except LocalStageError as problem:
        print(f"error: {problem}", file=sys.stderr)
        sys.exit(2)
    # cdk.json starts `python app.py`, whichever environment is active.
    programs = [str(Path(sys.executable).parent), str(NODE_BIN), os.environ.get("PATH", os.defpath)]
    environment = {**os.environ, "PATH": os.pathsep.join(programs), "JSII_NODE": str(NODE)}
    os.chdir(ROOT)
    os.execve(NODE, [str(NODE), str(CLI), *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
