"""What a user sees: what is being done, then where the stage is and lines to paste."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import join, quote
from typing import TextIO

from rich.console import Console

from tools.local_stage import sample
from tools.local_stage.emulator import REGION
from tools.local_stage.serving import RunningStage

# A record, an unknown user, an invalid id, no id, an unknown route
REQUESTS = ("/user/ada", "/user/nobody", "/user/not.an.id", "/user", "/users")


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


def welcome(running: RunningStage, page: str | None, without: str = "") -> str:
    """Return where the stage is, a block of lines to paste, and a line that runs the e2e suite.

    `page` is the address of its page; where there is none, `without` says why.
    """
    sections = {
        f"Stage URL: {running.url}": [f"page       {page or f'none: {without}'}", *_facts(running)],
        "Ask it, in this folder": _requests(running),
        "For the AWS CLI, the SDKs and the e2e suite": _aws(running),
    }
    blocks = [
        "\n".join([title, *(f"  {line}" for line in lines)]) for title, lines in sections.items()
    ]
    return "\n\n".join(blocks) + "\n"


def _facts(running: RunningStage) -> list[str]:
    users = ", ".join(user["userId"]["S"] for user in sample.USERS)
    return [f"users      {users}", f"log        {short(running.emulator.log)}"]


def _requests(running: RunningStage) -> list[str]:
    """Return lines for a shell, which together are one block: settings, then a request each."""
    curl = ["curl -i --cacert $CA"]
    settings = [f"URL={running.url}", f"CA={quote(short(running.ca_bundle))}"]
    if running.caller:
        settings.append(f"CALLER={quote(':'.join(running.caller))}")
        curl.append(f"--aws-sigv4 aws:amz:{REGION}:execute-api --user $CALLER")
    signed = " ".join(curl)
    preflight = f"-H 'Origin: {running.allowed_origin}' -H 'Access-Control-Request-Method: GET'"
    return [
        *settings,
        *(f"{signed} $URL{path}" for path in REQUESTS),
        f"{curl[0]} -X OPTIONS {preflight} $URL/user/ada",
    ]


def _aws(running: RunningStage) -> list[str]:
    """Return lines that lead any AWS SDK or CLI to the stage, and run the e2e suite on it."""
    settings = {**running.environment, "AWS_CA_BUNDLE": short(running.ca_bundle)}
    suite = ["--stage-url", running.url, "--stack-name", running.stack_name]
    signed = ["--auth", "iam"] if running.signed else []
    return [
        join(["export", *(f"{name}={value}" for name, value in settings.items())]),
        f"{short(Path(sys.executable))} -m pytest tests_e2e --ca-bundle $AWS_CA_BUNDLE "
        + join([*suite, *signed]),
    ]


def short(path: Path) -> str:
    """Return a path as it is typed in the folder where this was started."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
