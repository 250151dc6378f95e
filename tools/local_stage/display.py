"""What a user sees: what is being done, then the stage's URL and lines to paste."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import join
from typing import TextIO

from rich.console import Console

from tools.local_stage.emulator import REGION
from tools.local_stage.node import ROOT
from tools.local_stage.serving import RunningStage


@contextmanager
def progress(stream: TextIO | None = None) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows what begins now, and the step before as done.

    A spinner on a terminal, plain lines elsewhere; on standard error, so that errors come after.
    """
    console = Console(file=stream or sys.stderr, highlight=False)
    status = console.status("", spinner="dots")
    steps: list[tuple[str, float]] = []

    def done() -> None:
        if steps and console.is_terminal:
            text, since = steps.pop()
            console.print(f"[green]✓[/] {text} [dim]{time.monotonic() - since:.1f} s[/]")

    def report(text: str) -> None:
        done()
        steps.append((text, time.monotonic()))
        if console.is_terminal:
            status.update(f"{text} ...")
            status.start()
        else:
            console.print(f"{text} ...", markup=False, soft_wrap=True)

    try:
        yield report
        done()
    finally:
        status.stop()


def welcome(running: RunningStage) -> str:
    """Return the URL, a curl line for each kind of answer, and a line that runs the e2e suite."""
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
