"""`python -m tools.proof COMMAND`: each proof is a command of its own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence

from tools import side_by_side
from tools.proof.shared.command import CommandParser

# A command is imported when it is called: each needs packages that the others do not.
COMMANDS = {
    "template": ("tools.proof.infra", "break the synthesized template, run tests_infra"),
    "function": ("tools.proof.function.cli", "break the function, run tests_unit"),
    "stage": ("tools.proof.stage.cli", "break a running stage, run tests_e2e"),
    "promises": ("tools.proof.promises", "write docs/promises.md from the evidence of the others"),
}
# What decides about a change. The clients of a stage wait for its answers: what else there is to do
# is done meanwhile, and gives way.
GIVES_WAY = ["nice", "-n", "10"]
SIDE_BY_SIDE = {"template": GIVES_WAY, "function": GIVES_WAY, "stage": []}


def main(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names, and give its exit code."""
    parser = CommandParser(
        prog="python -m tools.proof",
        description="Shows that the tests can fail: breaks what they test, one way at a time.",
        epilog="Each command has a --help of its own.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (_, summary) in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    commands.add_parser("all", help="the first three side by side; the page is only compared")
    chosen = parser.parse_args(arguments[:1]).command
    return _all() if chosen == "all" else _run(*arguments)


def _all() -> int:
    """Run every proof; return the first exit code that is not 0."""
    codes = side_by_side.run(
        {
            name: [*before, sys.executable, "-m", "tools.proof", name]
            for name, before in SIDE_BY_SIDE.items()
        }
    )
    return next(filter(None, codes), 0) or _run("promises", "--check")


def _run(name: str, *arguments: str) -> int:
    module, _ = COMMANDS[name]
    command: Callable[[Sequence[str]], int] = importlib.import_module(module).main
    return command(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
