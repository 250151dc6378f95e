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

from tools.local_stage import packages
from tools.local_stage.node import CLI, NODE, NODE_BIN, ROOT


def main() -> NoReturn:
    """Become the CLI."""
    if code := packages.main():
        sys.exit(code)
    # cdk.json starts `python app.py`, whichever environment is active.
    programs = [str(Path(sys.executable).parent), str(NODE_BIN), os.environ.get("PATH", os.defpath)]
    environment = {**os.environ, "PATH": os.pathsep.join(programs), "JSII_NODE": str(NODE)}
    os.chdir(ROOT)
    os.execve(NODE, [str(NODE), str(CLI), *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
