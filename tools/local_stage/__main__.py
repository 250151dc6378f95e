"""The command line. Exit codes: 0 fine, 1 not served, 2 could not run."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tools.local_stage import LocalStageError, background, command, node, state
from tools.local_stage.background import Stopped
from tools.local_stage.display import progress, welcome
from tools.local_stage.serving import RunningStage, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    background.raise_when_stopped()
    return _code_of(lambda: int(options.action(options)))


def _code_of(action: Callable[[], int]) -> int:
    try:
        return action()
    except command.CommandFailedError as error:
        print(error, file=sys.stderr, flush=True)
        return error.code
    except LocalStageError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 2
    except Stopped as stopped:
        return 128 + stopped.number


def _up(options: argparse.Namespace) -> int:
    if options.detach:
        return background.in_background(lambda leave: _code_of(lambda: _serve(options, leave)))
    return _serve(options, None)


def _serve(options: argparse.Namespace, leave: Callable[[Path], None] | None) -> int:
    with ExitStack() as stack:
        with progress() as report:
            running = stack.enter_context(
                serve(stage=options.stage, port=options.port, keep=options.keep, report=report)
            )
        _publish(running, detached=bool(leave))
        print(welcome(running))
        if leave:
            print("Serves in the background until `make local ARGS=down`.", flush=True)
            leave(running.folder / "serving.log")
        else:
            print("Serves until Ctrl-C.", flush=True)
        _wait_until_ended(running)
    return 0


def _wait_until_ended(running: RunningStage) -> None:
    try:
        running.emulator.process.wait()
        running.emulator.check_alive()
    except Stopped as stopped:
        if stopped.number != signal.SIGINT:
            raise


def _run(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        stages = []
        with progress() as report:
            for stage in options.stage or ["local"]:
                running = stack.enter_context(serve(stage=stage, report=report))
                _publish(running, detached=False)
                stages.append(running)
        command.run(options.command, stages)
    return 0


def _publish(running: RunningStage, *, detached: bool) -> None:
    served = state.Served(
        pid=os.getpid(),
        port=running.port,
        stage=running.stage,
        url=running.url,
        ca_bundle=str(running.ca_bundle),
        detached=detached,
    )
    state.write(running.folder, served)


def _down(options: argparse.Namespace) -> int:
    port = options.port
    ending = [s for s in state.all_served() if (s.port == port if port else s.detached)]
    if not ending:
        print(f"port {port} is not served from this checkout" if port else "nothing to end")
        return 1 if port else 0
    for served in ending:
        background.end(served)
        print(f"ended the {served.stage} stage on port {served.port}")
    return 0


def _status(_: argparse.Namespace) -> int:
    stages = state.all_served()
    for served in stages:
        how = f"process {served.pid}, in the {'background' if served.detached else 'foreground'}"
        print(f"{served.stage}  {served.url}  --cacert {served.ca_bundle}  ({how})")
    if not stages:
        print("no local stage is served from this checkout")
    return 0 if stages else 1


def _packages(_: argparse.Namespace) -> int:
    with progress() as report:
        node.install_packages(report)
    return 0


def _parser() -> argparse.ArgumentParser:
    up_options = _up_options()
    parser = argparse.ArgumentParser(
        prog="python -m tools.local_stage",
        parents=[up_options],
        description="Serves the stack on this machine, until Ctrl-C.",
    )
    parser.set_defaults(action=_up)
    commands = parser.add_subparsers(title="commands", metavar="")
    up = commands.add_parser("up", parents=[up_options], help="serve a stage (also without `up`)")
    up.set_defaults(action=_up)
    down = commands.add_parser("down", help="end what serves in the background")
    down.add_argument(
        "--port", type=_port, metavar="N", help="end only the stage on this port, however it serves"
    )
    down.set_defaults(action=_down)
    status = commands.add_parser("status", help="list what is served")
    status.set_defaults(action=_status)
    packages = commands.add_parser("packages", help="install the npm packages of package-lock.json")
    packages.set_defaults(action=_packages)
    _add_run(commands)
    return parser


def _up_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    add = options.add_argument
    add("--stage", default="local", metavar="NAME", help="a stage of cdk.json (default: local)")
    add("--port", type=_port, metavar="N", help="the port on 127.0.0.1 (default: any free one)")
    add("--detach", action="store_true", help="serve in the background, until `down`")
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
