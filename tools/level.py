"""One level of the tests: `python -m tools.level tests_unit -n auto ARGUMENTS...`.

Becomes pytest with all of these arguments. The folder is left out where one of them names tests in
it, and so is `--marked EXPRESSION`, which selects the tests of a level that shares its folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

LEVELS = {"tests_unit": "unit", "tests_infra": "infra", "tests_e2e": "e2e", "tools/tests": "tools"}
# Set by a level to its name: pytest alone is repeated in another way.
LEVEL = "USER_API_LEVEL"


def words(folder: str, arguments: Sequence[str], marked: str | None = None) -> list[str]:
    """Return the arguments of pytest: the whole level, unless tests of its folder are named."""
    if any(_is_inside(argument, folder) for argument in arguments):
        return [*arguments]
    return [folder, *(["-m", marked] if marked else []), *arguments]


def _is_inside(argument: str, folder: str) -> bool:
    path = Path(argument.partition("::")[0]).absolute()
    return path.exists() and path.is_relative_to(Path(folder).absolute())


def main(arguments: Sequence[str]) -> None:
    """Become pytest."""
    folder, *rest = arguments
    marked = rest[1] if rest[:1] == ["--marked"] else None
    chosen = words(folder, rest[2:] if marked else rest, marked)
    os.environ[LEVEL] = LEVELS[folder]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *chosen])


if __name__ == "__main__":
    main(sys.argv[1:])
