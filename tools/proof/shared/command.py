"""How every command reads its arguments, lists what it would run, and ends."""

from __future__ import annotations

import argparse
import fnmatch
import os
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

OK, BAD, COULD_NOT_RUN = 0, 1, 2
Chosen = TypeVar("Chosen")


class CannotRunError(Exception):
    """The run could not start or finish; the message is one line for the user."""


class CommandParser(argparse.ArgumentParser):
    """A parser that names a wrong argument in one line, and exits with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(COULD_NOT_RUN, f"{self.prog}: {message} (see --help)\n")


def proof_parser(
    command: str, things: str, description: str, jobs: int | None = None
) -> CommandParser:
    """Make a parser with the options of every proof: `--only`, `--list` and perhaps `--jobs`.

    `things` are what the command tries, in the plural: mutants or faults. `jobs` is how many
    processes work at the same time by default; without it there is no such option.
    """
    parser = CommandParser(
        prog=command,
        description=description,
        epilog=f"Exit codes: 0 the tests notice all {things} and every rule is kept, "
        "1 they do not or a rule is broken, 2 the run could not start or finish.",
    )
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        help=f"only {things} whose name contains this text, or matches it where it has a *",
    )
    parser.add_argument(
        "--list", action="store_true", help=f"list the {things}, one per line, and run nothing"
    )
    if jobs:
        jobs_help = "processes at the same time (default here: %(default)s)"
        parser.add_argument("--jobs", type=positive, default=jobs, metavar="N", help=jobs_help)
    return parser


def positive(text: str) -> int:
    """Read a whole number above 0. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def exit_code(run: Callable[[], int]) -> int:
    """Run a command; a run that cannot start or finish becomes one line and exit code 2."""
    try:
        return run()
    except CannotRunError as error:
        print(f"could not run: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("could not run: interrupted", file=sys.stderr)
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return COULD_NOT_RUN


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file. Raises CannotRunError."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotRunError(f"{file}: {error}") from None


def selected(
    found: Iterable[Chosen], pattern: str | None, name: Callable[[Chosen], str]
) -> tuple[Chosen, ...]:
    """Select what `--only PATTERN` names; everything without a pattern.

    Raises CannotRunError where nothing has such a name.
    """
    if pattern is None:
        return tuple(found)
    matches = fnmatch.fnmatchcase if "*" in pattern else str.__contains__
    chosen = tuple(each for each in found if matches(name(each), pattern))
    if not chosen:
        raise CannotRunError(f"--only {pattern}: no name matches; --list shows all names")
    return chosen


def print_list(rows: Iterable[tuple[str, str]]) -> int:
    """Print name and description of each, one per line: the output of `--list`."""
    for name, description in rows:
        print(f"{name}  {description}")
    return OK
