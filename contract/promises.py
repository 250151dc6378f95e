"""The promise ledger: reads `contract/promises.toml` and finds which tests name which promise.

Imports the standard library alone; used by the tests, the mutation proof and the gate.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEVELS = ("unit", "infra", "e2e")
OPTIONAL = {"aws", "files"}


class LedgerError(ValueError):
    """The ledger or a test's marker breaks a rule; the message names both."""


@dataclass(frozen=True)
class Promise:
    """One promise: its id, its sentence, and the levels at which tests prove it.

    `group` is the title of its part of the ledger. `aws` says why level e2e proves it on AWS only,
    and is empty where the local stage proves it, too. `files` are those that keep the promise.
    """

    id: str
    sentence: str
    levels: tuple[str, ...]
    group: str = ""
    aws: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Keeper:
    """A test that names a promise: `tests_unit/test_x.py::test_y` at level `unit`."""

    promise: str
    level: str
    test: str


def load(path: Path = ROOT / "contract/promises.toml") -> dict[str, Promise]:
    """Read the ledger, in its order. Raises LedgerError on any other shape."""
    groups = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        promise.id: promise for name, group in groups.items() for promise in _group(name, group)
    }


def keepers(root: Path = ROOT) -> list[Keeper]:
    """Every test of the three levels that names a promise, read from the source."""
    return [
        keeper
        for level in LEVELS
        for file in sorted((root / f"tests_{level}").rglob("test_*.py"))
        for keeper in _keepers_in(file, level, root)
    ]


def _group(name: str, group: object) -> Iterator[Promise]:
    if not isinstance(group, dict) or not isinstance(group.get("title"), str):
        raise LedgerError(f"group {name}: a group has a `title` (text) and promises")
    for promise, entry in group.items():
        if promise != "title":
            yield _promise(promise, entry, group["title"])


def _promise(name: str, entry: object, group: str) -> Promise:
    match entry:
        case {"promise": str(sentence), "levels": [*levels], **rest} if rest.keys() <= OPTIONAL:
            aws, files = rest.get("aws", ""), rest.get("files", [])
            unknown = [level for level in levels if level not in LEVELS]
            if unknown or not levels or not sentence.strip():
                raise LedgerError(f"promise {name}: levels are one or more of {', '.join(LEVELS)}")
            if not isinstance(aws, str) or (aws and "e2e" not in levels):
                raise LedgerError(f"promise {name}: `aws` is a text about level e2e")
            if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
                raise LedgerError(f"promise {name}: `files` is a list of texts")
            return Promise(name, sentence, tuple(levels), group, aws, tuple(files))
    raise LedgerError(
        f"promise {name}: an entry has `promise` (text), `levels` (list) and perhaps "
        "`files` (list) and `aws` (text)"
    )


def _keepers_in(file: Path, level: str, root: Path) -> Iterator[Keeper]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    path = file.relative_to(root).as_posix()
    everywhere = [name for node in tree.body if _is_pytestmark(node) for name in _named(node)]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            own = [name for mark in node.decorator_list for name in _named(mark)]
            names = dict.fromkeys([*own, *everywhere])
            yield from (Keeper(name, level, f"{path}::{node.name}") for name in names)


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _named(node: ast.AST) -> Iterator[str]:
    """The literal arguments of every `pytest.mark.promise(...)` below a node."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.promise":
            for argument in call.args:
                if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                    raise LedgerError(f"line {call.lineno}: a promise marker takes literal ids")
                yield argument.value
