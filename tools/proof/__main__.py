"""`python -m tools.proof template|function|stage|promises`: see `--help` of each."""

import importlib
import sys
from collections.abc import Callable

COMMANDS = {
    "template": "tools.proof.template.cli",
    "function": "tools.proof.function.__main__",
    "stage": "tools.proof.stage.__main__",
    "promises": "tools.proof.promises",
}


def main(arguments: list[str]) -> int:
    """The exit code of the command that the first argument names; 2 where there is none."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m tools.proof {'|'.join(COMMANDS)} [--help]", file=sys.stderr)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    command: Callable[[list[str]], int] = importlib.import_module(COMMANDS[arguments[0]]).main
    return command(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
