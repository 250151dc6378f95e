"""`python -m tools.local_stage.packages`: installs the npm packages of package-lock.json.

Quiet and fast when they are there. Exit codes: 0 fine, 2 they cannot be installed.
"""

from __future__ import annotations

import sys

from tools.local_stage.node import install_packages
from tools.local_stage.programs import LocalStageError


def main() -> int:
    """Install the packages and return the exit code."""
    try:
        install_packages(lambda text: print(f"{text} ...", file=sys.stderr, flush=True))
    except LocalStageError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
