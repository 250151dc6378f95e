"""What the user is told when a stage serves: its URL, and lines to paste."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import join

from tools.local_stage.emulator import REGION
from tools.local_stage.paths import ROOT
from tools.local_stage.serving import RunningStage


def welcome(running: RunningStage) -> str:
    """The URL, one curl line for each kind of answer, and how to run the e2e suite on it."""
    requests = {
        "a record": _curl(running, "/user/ada"),
        "an unknown user": _curl(running, "/user/nobody"),
        "an invalid id": _curl(running, "/user/not%20an%20id"),
        "no id": _curl(running, "/user"),
        "a preflight": _preflight(running),
    }
    lines = [f"# {what}\n{line}" for what, line in requests.items()]
    return "\n".join(
        [f"Stage URL: {running.url}", "", *lines, "", f"# the e2e suite\n{_suite(running)}", ""]
    )


def _curl(running: RunningStage, path: str) -> str:
    signature = []
    if running.signed:
        keys = (
            running.environment["AWS_ACCESS_KEY_ID"],
            running.environment["AWS_SECRET_ACCESS_KEY"],
        )
        signature = ["--aws-sigv4", f"aws:amz:{REGION}:execute-api", "--user", ":".join(keys)]
    return join(["curl", "-i", *_trust(running), *signature, running.url + path])


def _preflight(running: RunningStage) -> str:
    headers = [f"Origin: {running.allowed_origin}", "Access-Control-Request-Method: GET"]
    words = [word for header in headers for word in ("-H", header)]
    return join(
        ["curl", "-i", *_trust(running), "-X", "OPTIONS", *words, f"{running.url}/user/ada"]
    )


def _trust(running: RunningStage) -> list[str]:
    return ["--cacert", str(running.ca_bundle)]


def _suite(running: RunningStage) -> str:
    python = Path(sys.executable)
    words = [
        "env",
        *(f"{name}={value}" for name, value in running.environment.items()),
        str(python.relative_to(ROOT) if python.is_relative_to(ROOT) else python),
        *("-m", "pytest", "tests_e2e", "--stage-url", running.url),
        *("--ca-bundle", str(running.ca_bundle), "--stack-name", running.stack_name),
    ]
    return join([*words, "--auth", "iam"] if running.signed else words)
