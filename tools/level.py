"""One level of the tests: `python -m tools.level tests_unit -n auto ARGUMENTS...`.

Becomes pytest with all of these arguments, without the folder where one of them names tests in it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import failures


def words(folder: str, arguments: Sequence[str]) -> list[str]:
    """Return the arguments of pytest: the whole folder, unless some of its tests are named."""
    named = any(_is_inside(argument, folder) for argument in arguments)
    return [*arguments] if named else [folder, *arguments]


def _is_inside(argument: str, folder: str) -> bool:
    path = Path(argument.partition("::")[0]).absolute()
    return path.exists() and path.is_relative_to(Path(folder).absolute())


if __name__ == "__main__":
    os.environ[failures.LEVEL] = failures.LEVELS[sys.argv[1]]
    command = [sys.executable, "-m", "pytest", *words(sys.argv[1], sys.argv[2:])]
    os.execv(sys.executable, command)
