"""The e2e suite on an open stage and on one with IAM authorization, both on this machine.

    python -m tools.e2e -k tag        # every argument goes to pytest

Both suites run side by side. Exit codes: those of pytest. A suite in which the arguments select no
test is fine, unless it is so in both.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from contract.smoke_user import SMOKE_USER
from tools import level, side_by_side

SUITES = {
    "local": ["-n", "auto", "--table-faults", "--lifecycle"],
    # One process is enough: this suite ends long before the other.
    "staging": ["--auth", "iam"],
}
TARGET = ["--stage-url", "{url}", "--ca-bundle", "{ca_bundle}", "--stack-name", "{stack_name}"]
TARGET += ["--smoke-user", SMOKE_USER]
NOTHING_SELECTED = 5  # pytest.ExitCode.NO_TESTS_COLLECTED


def main(arguments: Sequence[str]) -> int:
    """Run all suites; return the first exit code of one that is red."""
    os.environ[level.LEVEL] = "e2e"
    # As a whole the suite leaves nothing out on the open stage.
    whole = {"local": ["--strict"]} if not arguments else {}
    words = level.words("tests_e2e", arguments)
    codes = side_by_side.run(
        {
            f"e2e suite on the stage {stage}": _command(
                stage, [*TARGET, *options, *whole.get(stage, []), *words]
            )
            for stage, options in SUITES.items()
        }
    )
    red = [code for code in codes if code not in (0, NOTHING_SELECTED)]
    return red[0] if red else min(codes)


def _command(stage: str, arguments: Sequence[str]) -> list[str]:
    """Serve a stage while pytest runs on it."""
    serve = [sys.executable, "-m", "tools.local_stage", "run", "--stage", stage, "--"]
    return [*serve, "pytest", *arguments]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
