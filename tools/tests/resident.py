"""A program that stays: it runs `aws` commands and the CDK app, whose packages it loads only once.

    python -m tools.tests.resident FOLDER

Reads the words of a command, each with a NUL after it, from the pipe `FOLDER/request`, and writes
the exit code and what the command printed to the pipe `FOLDER/answer`, until it is killed.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import runpy
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache, partial
from pathlib import Path
from typing import Any


@cache
def _driver() -> Any:
    return importlib.import_module("awscli.clidriver").create_clidriver()


def _aws(*arguments: str) -> int:
    return int(_driver().main(list(arguments)))


def _app(file: str, *variables: str) -> int:
    """Run the app in the environment that the CDK CLI gave it.

    The CDK would read its context and folder from the environment that Node was started with.
    """
    for variable in variables:
        name, _, value = variable.partition("=")
        os.environ[name] = value
    module = importlib.import_module("stack.build")
    build = module.build
    context = json.loads(os.environ["CDK_CONTEXT_JSON"])
    module.__dict__["build"] = partial(build, context=context, output=os.environ["CDK_OUTDIR"])
    try:
        runpy.run_path(file, run_name="__main__")
    finally:
        module.__dict__["build"] = build
    return 0


PROGRAMS: dict[str, Callable[..., int]] = {"aws": _aws, "app": _app}


def _answer(program: str, *arguments: str) -> str:
    with redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) as printed:
        try:
            code = PROGRAMS[program](*arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        except Exception:  # noqa: BLE001 - whoever asked gets the exit code
            traceback.print_exc()
            code = 1
        printed.seek(0)
        return f"{code}\n{printed.read()}"


def main() -> None:
    """Answer one request after another."""
    folder = Path(sys.argv[1])
    while True:
        words = (folder / "request").read_text(encoding="utf-8").split("\0")[:-1]
        (folder / "answer").write_text(_answer(*words), encoding="utf-8")


if __name__ == "__main__":
    main()
