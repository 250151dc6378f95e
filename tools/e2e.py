"""The e2e suite on an open stage and on one with IAM authorization, both on this machine.

    python -m tools.e2e -k tag        # every argument goes to pytest

Exit codes: those of pytest. A suite in which the arguments select no test is fine, unless it is so
in both.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest

from contract.smoke_user import SMOKE_USER
from tools import failures, level

SUITES = {
    "local": ["--table-faults", "--lifecycle"],
    "staging": ["--auth", "iam"],
}
TARGET = ["--stage-url", "{url}", "--ca-bundle", "{ca_bundle}", "--stack-name", "{stack_name}"]
TARGET += ["--smoke-user", SMOKE_USER]
NOTHING_SELECTED = int(pytest.ExitCode.NO_TESTS_COLLECTED)


def main(arguments: Sequence[str]) -> int:
    """Run suite after suite until one fails; return its exit code."""
    os.environ[failures.LEVEL] = "e2e"
    # As a whole the suite leaves nothing out on the open stage.
    whole = {"local": ["--strict"]} if not arguments else {}
    codes = []
    for stage, options in SUITES.items():
        print(f"e2e suite on the stage {stage}", flush=True)
        codes.append(
            _run(
                stage,
                [*TARGET, *options, *whole.get(stage, []), *level.words("tests_e2e", arguments)],
            )
        )
        if codes[-1] not in (0, NOTHING_SELECTED):
            return codes[-1]
    return min(codes)


def _run(stage: str, arguments: Sequence[str]) -> int:
    """Serve a stage while pytest runs on it. Signals reach it, and it ends in its own time."""
    command = [sys.executable, "-m", "tools.local_stage", "run", "--stage", stage, "--"]
    process = subprocess.Popen([*command, "pytest", "-n", "auto", *arguments])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: process.send_signal(number))
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
