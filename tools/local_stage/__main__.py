"""The command line. Exit codes: 0 fine, 2 could not run; `run` ends with its command's code."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from tools.local_stage import command, stopping
from tools.local_stage.changes import Changes
from tools.local_stage.clients import Clients
from tools.local_stage.display import progress, welcome
from tools.local_stage.function_log import FunctionLog
from tools.local_stage.node import ROOT
from tools.local_stage.page_server import page
from tools.local_stage.programs import LocalStageError
from tools.local_stage.serving import RunningStage, serve
from tools.local_stage.stopping import Stopped

INTERVAL = 0.25


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    options = parser.parse_args(words)
    if options.name and words[0] != options.name:
        parser.error(f"options come after the command: {options.name} [options]")
    stopping.raise_when_stopped()
    try:
        return int(options.action(options))
    except command.CommandFailedError as error:
        print(error, file=sys.stderr, flush=True)
        return error.code
    except LocalStageError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 2
    except Stopped as stopped:
        return 128 + stopped.number


def _up(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        with progress() as report:
            running = stack.enter_context(
                serve(
                    stage=options.stage,
                    port=options.port,
                    keep=options.keep,
                    cdk_bootstrap=True,
                    report=report,
                )
            )
        clients = stack.enter_context(closing(Clients(running.emulator)))
        print(welcome(running, *_page(stack, running, clients, wanted=not options.no_page)))
        print("Serves until Ctrl-C, and again what you change in lambda_function/.", flush=True)
        _develop(running, clients, kept=bool(options.keep))
    return 0


def _page(
    stack: ExitStack, running: RunningStage, clients: Clients, *, wanted: bool
) -> tuple[str | None, str]:
    """Serve the page as long as `stack` lasts; return its address, or None and why."""
    if not wanted:
        return None, "--no-page"
    try:
        return stack.enter_context(page(running, clients)), ""
    except LocalStageError as error:
        return None, str(error)


def _develop(running: RunningStage, clients: Clients, *, kept: bool) -> None:
    """Show the function's log and serve what changes, until a signal or the emulator's end."""
    from botocore.exceptions import BotoCoreError, ClientError  # slow to import

    log = FunctionLog(clients, running.outputs["FunctionLogGroup"])
    changes = Changes(clients, running.outputs, root=ROOT, asset=running.asset, kept=kept)
    try:
        while True:
            running.emulator.check_alive()
            try:
                news = changes.serve()
                for line in [*log.new_lines(), *([news] if news else [])]:
                    print(line, flush=True)
            except (BotoCoreError, ClientError) as error:
                running.emulator.check_alive()
                print(f"the emulator refused a call: {error}", flush=True)
            time.sleep(INTERVAL)
    except Stopped as stopped:
        if stopped.number != signal.SIGINT:
            raise


def _run(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        stages = []
        with progress() as report:
            for stage in options.stage or ["local"]:
                running = stack.enter_context(serve(stage=stage, report=report))
                stages.append(running)
        command.run(options.command, stages)
    return 0


def _parser() -> argparse.ArgumentParser:
    up_options = _up_options()
    parser = argparse.ArgumentParser(
        prog="python -m tools.local_stage",
        parents=[up_options],
        description="Serves the stack on this machine, until Ctrl-C.",
    )
    parser.set_defaults(action=_up)
    commands = parser.add_subparsers(title="commands", metavar="", dest="name")
    up = commands.add_parser("up", parents=[up_options], help="serve a stage (also without `up`)")
    up.set_defaults(action=_up)
    _add_run(commands)
    return parser


def _up_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    add = options.add_argument
    add("--stage", default="local", metavar="NAME", help="a stage of cdk.json (default: local)")
    add("--port", type=_port, metavar="N", help="the port on 127.0.0.1 (default: any free one)")
    add("--no-page", action="store_true", help="leave the page out, and its port free")
    add("--keep", type=Path, metavar="DIR", help="keep tables and users in DIR, go on from there")
    return options


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="serve stages while a command runs",
        description="Serves stages while COMMAND runs; exits with its code.",
        epilog="In COMMAND {url}, {ca_bundle}, {stack_name}, {table_name}, {stage} and {endpoint}"
        " stand for those of the first stage, {NAME.url} and so on for those of the stage NAME."
        " Its environment leads AWS clients to the first stage.",
    )
    run.add_argument(
        "--stage",
        action="append",
        metavar="NAME",
        help="a stage of cdk.json (default: local); may be given several times",
    )
    run.add_argument("command", nargs="+", metavar="COMMAND", help="the command, after --")
    run.set_defaults(action=_run)


def _port(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,5}", text) and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: 1 to 65535")


if __name__ == "__main__":
    sys.exit(main())
