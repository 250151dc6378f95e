"""What `make test` came to: `python -m tools.summary FILE SECONDS`.

FILE is where tox wrote its results as JSON. Levels run side by side, so SECONDS, which all of them
took, are fewer than the sum of theirs.
Exit codes: 0 it is printed, 2 there are no results.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def lines(results: Mapping[str, Any], levels: Sequence[str], seconds: str) -> list[str]:
    """Say of each level how it ended, how many seconds it took, and how to repeat it."""
    ended = [results.get(level, {}).get("result") for level in levels]
    good = sum(result["success"] for result in ended if result)
    shown = [_line(level, result) for level, result in zip(levels, ended, strict=True)]
    whole = f"{good} of {len(levels)} levels are green, {seconds} s; the reports: make report"
    return [*shown, whole]


def _line(level: str, result: Mapping[str, Any] | None) -> str:
    if result is None:
        return f"{level:10} not run           make {level}"
    if result["success"]:
        return f"{level:10} green   {result['duration']:5.0f} s"
    return f"{level:10} RED     {result['duration']:5.0f} s   make {level}"


def levels() -> list[str]:
    """Return the levels that `make test` runs, in their order, as tox.ini lists them."""
    settings = ConfigParser(interpolation=None)
    settings.read(ROOT / "tox.ini", encoding="utf-8")
    return [level.strip() for level in settings["tox"]["env_list"].split(",")]


def main(arguments: Sequence[str]) -> int:
    """Print the summary."""
    file, seconds = arguments
    try:
        results = json.loads(Path(file).read_text(encoding="utf-8"))["testenvs"]
    except (OSError, ValueError, LookupError):
        print("make test did not come to its end: tox wrote no results", file=sys.stderr)
        return 2
    print("\n".join(["", *lines(results, levels(), seconds)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
