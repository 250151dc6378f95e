"""Runs of pytest within a test, without the second that a new process takes to import it all."""

from __future__ import annotations

import gc
import io
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest


def run_pytest(*arguments: str) -> tuple[int, str]:
    """Run pytest in this process; return its exit code and what it printed."""
    output = io.StringIO()
    with redirect_stdout(output), redirect_stderr(output):
        code = pytest.main([*arguments, "-p", "no:cacheprovider"])
    return int(code), output.getvalue()


def run_project(folder: Path, *arguments: str, **variables: str) -> str:
    """Run pytest on a project of its own, in a fork of this process; return what it printed.

    Of pytest's variables and plugins it has those of `variables` and `arguments` alone.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    alone = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with tempfile.TemporaryFile() as output:
        child = multiprocessing.get_context("fork").Process(
            target=_run, args=(folder, arguments, {**kept, **alone, **variables}, output.fileno())
        )
        child.start()
        child.join()
        output.seek(0)
        return output.read().decode()


def _run(folder: Path, arguments: tuple[str, ...], variables: Mapping[str, str], out: int) -> None:
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.stdout, sys.stderr = (os.fdopen(number, "w") for number in (1, 2))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    for file in folder.glob("*.py"):  # another project may have had modules of these names
        sys.modules.pop(file.stem, None)
    gc.freeze()  # otherwise a garbage collection would copy the whole memory of the parent
    pytest.main([*arguments, "-p", "no:cacheprovider", "-p", "xdist"])
    sys.stdout.flush()
