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
    origin = ["-H", f"Origin: {running.allowed_origin}"]
    preflight = ["-X", "OPTIONS", *origin, "-H", "Access-Control-Request-Method: GET"]
    signature = _signature(running)
    requests = {
        "a record": _curl(running, "/user/ada", signature),
        "an unknown user": _curl(running, "/user/nobody", signature),
        "an invalid id": _curl(running, "/user/not%20an%20id", signature),
        "no id": _curl(running, "/user", signature),
        "a preflight": _curl(running, "/user/ada", preflight),
    }
    lines = [f"# {what}\n{line}" for what, line in requests.items()]
    return "\n".join(
        [f"Stage URL: {running.url}", "", *lines, "", f"# the e2e suite\n{_suite(running)}", ""]
    )


def _signature(running: RunningStage) -> list[str]:
    if not running.signed:
        return []
    keys = [running.environment[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")]
    return ["--aws-sigv4", f"aws:amz:{REGION}:execute-api", "--user", ":".join(keys)]


def _curl(running: RunningStage, path: str, options: list[str]) -> str:
    trust = ["--cacert", str(running.ca_bundle)]
    return join(["curl", "-i", *trust, *options, running.url + path])


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
