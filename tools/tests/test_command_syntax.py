"""Every command that a page mentions is one that its program understands.

make is asked what it would run, a module what it makes of its arguments; neither runs anything.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import redirect_stderr
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tools.level import LEVELS
from tools.tests import documented
from tools.tests.nested import run_pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
FOLDERS = {level: folder for folder, level in LEVELS.items()}
# What stands for something else: `...`, `[--check]`, `LEVEL`.
ELIDED = re.compile(r"\.\.\.|\bLEVEL\b")
OPTIONAL = re.compile(r"\[[^]]*\](\.\.\.)?")
COMMANDS = sorted(
    {
        OPTIONAL.sub("", command).strip().replace("s3://BUCKET", "s3://bucket")
        for page in PAGES
        for command in documented.mentioned(page.read_text(encoding="utf-8"))
    }
)


RUN = re.compile(r"^\S+python -m (tools\S*)(.*)$", re.MULTILINE)
# Programs that read their arguments by argparse. The others take none, or hand them on.
PARSING = re.compile(
    r"tools\.(assemblies|benchmarks|local_stage|openapi|proof|rehearsal|release_gate|report|tests.*\.fuzz)"
)


class UnderstoodError(Exception):
    """The arguments were parsed, so that nothing needs to run."""


def of(*programs: str) -> list[str]:
    return [
        command
        for command in COMMANDS
        if command.startswith(programs) and not ELIDED.search(command)
    ]


@pytest.mark.parametrize("command", of("make "))
def test_make_knows_targets_and_what_they_run_knows_its_arguments(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(command)
    done = subprocess.run(
        [words[0], "--dry-run", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for level, arguments in _levels_run(done.stdout):
        _expect_level(level, arguments, monkeypatch)
    for module, arguments in RUN.findall(done.stdout):
        _expect_understood(module, shlex.split(arguments), monkeypatch)


@pytest.mark.parametrize("command", of("tox "))
def test_tox_knows_level(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ((level, arguments),) = _levels_run(command)
    _expect_level(level, arguments, monkeypatch)


@pytest.mark.parametrize("command", of("python -m "))
def test_module_understands_its_arguments(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, module, *arguments = shlex.split(command)
    _expect_understood(module, arguments, monkeypatch)


@pytest.mark.parametrize("command", of("pytest "))
def test_pytest_knows_folder_and_options(command: str) -> None:
    _, where, *words = shlex.split(command)
    assert (ROOT / where).exists()
    help_text = _options(where)
    for option in (word for word in words if word.startswith("-")):
        assert re.search(rf"^\s+(-\w, )?{option}\b", help_text, re.MULTILINE), option


@cache
def _options(where: str) -> str:
    code, output = run_pytest(str(ROOT / where), f"--rootdir={ROOT}", "--help")
    assert code == 0
    return output


def _levels_run(output: str) -> Iterator[tuple[str, list[str]]]:
    for level, arguments in re.findall(r"^\S*tox\b.* -e (\S+)(?: -- (.*))?$", output, re.MULTILINE):
        yield level, shlex.split(arguments)


def _expect_level(level: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ConfigParser(interpolation=None)
    settings.read(ROOT / "tox.ini", encoding="utf-8")
    assert settings.has_section(f"testenv:{level}"), f"tox.ini has no level {level}"
    if level == "mutation" and arguments:
        _expect_understood("tools.proof", arguments, monkeypatch)
    if arguments[:1] == ["-k"]:
        word = arguments[1]
        names = _test_names(ROOT / FOLDERS[level])
        assert any(word in name for name in names), f"level {level}: -k {word} selects no test"


def _test_names(folder: Path) -> Iterator[str]:
    for file in folder.rglob("test_*.py"):
        yield file.name
        yield from re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)


def _expect_understood(module: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a module until it has parsed the whole of its arguments."""
    assert importlib.util.find_spec(module), f"there is no module {module}"
    if not PARSING.fullmatch(module):
        return
    parse = argparse.ArgumentParser.parse_args

    def parse_only(self: argparse.ArgumentParser, args: Any = None, namespace: Any = None) -> Any:
        found = parse(self, args, namespace)
        given = sys.argv[1:] if args is None else list(args)
        # A command reads its own name first, and then what follows it.
        if arguments[len(arguments) - len(given) :] == given:
            raise UnderstoodError
        return found

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_only)
    monkeypatch.setattr(sys, "argv", [module, *arguments])
    for name in (module, f"{module}.__main__"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    errors = io.StringIO()
    with (
        redirect_stderr(errors),
        pytest.raises((UnderstoodError, SystemExit)) as ended,
    ):
        runpy.run_module(module, run_name="__main__")
    # A sentence may name a command without its arguments.
    assert ended.type is UnderstoodError or "are required" in errors.getvalue(), errors.getvalue()
