"""The map of the repository in docs/architecture.md says what each folder may import."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
ROW = re.compile(r"^\| `(?P<folder>[\w/.]+)` \| [^|]+ \| (?P<allowed>[^|]+) \|$", re.MULTILINE)
ANY = "any package"


@dataclass(frozen=True)
class Folder:
    """One row of the map; names are dotted, as in an import statement."""

    name: str
    allowed: frozenset[str]
    any_package: bool

    def holds(self, module: str) -> bool:
        return _within(module, self.name)

    def may_import(self, module: str, *, ours: bool) -> bool:
        if not ours and (self.any_package or module.partition(".")[0] in sys.stdlib_module_names):
            return True
        return any(_within(module, name) for name in (self.name, *self.allowed))


def _within(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}.")


def folders(page: str) -> list[Folder]:
    """The rows of the map, the innermost folder first."""
    rows = [
        Folder(
            _dotted(row["folder"]),
            frozenset(map(_dotted, re.findall(r"`([\w/.]+)`", row["allowed"]))),
            ANY in row["allowed"],
        )
        for row in ROW.finditer(page)
    ]
    return sorted(rows, key=lambda folder: -len(folder.name))


def _dotted(path: str) -> str:
    return path.removesuffix(".py").strip("/").replace("/", ".")


def _packages() -> list[str]:
    """The folders at the root that hold Python packages."""
    return sorted(file.parent.name for file in ROOT.glob("[a-z]*/__init__.py"))


def forbidden(graph: grimp.ImportGraph, rows: list[Folder]) -> Iterator[str]:
    """Each import that the map does not allow, and each module that is on no row."""
    packages = set(_packages())
    for module in sorted(graph.modules):
        if module.partition(".")[0] not in packages or module in packages:
            continue
        folder = next((row for row in rows if row.holds(module)), None)
        if folder is None:
            yield f"{module} is in no folder of the map"
            continue
        for imported in sorted(graph.find_modules_directly_imported_by(module)):
            ours = imported.partition(".")[0] in packages
            if not folder.may_import(imported, ours=ours):
                yield f"{module} imports {imported}, which {folder.name} may not"


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*_packages(), include_external_packages=True, cache_dir=None)


def test_imports_keep_to_map(graph: grimp.ImportGraph) -> None:
    rows = folders(PAGE.read_text(encoding="utf-8"))
    assert list(forbidden(graph, rows)) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("lambda_function.handler", "requests"),
        ("lambda_function.handler", "contract"),
        ("contract.promises", "stack.settings"),
        ("stack.table", "lambda_function.handler"),
        ("tools.local_stage.serving", "stack.settings"),
        ("tests_e2e.client", "lambda_function.handler"),
        ("tests_infra.conftest", "stack.settings"),
        ("tests_unit.conftest", "tools.proof.template"),
    ],
)
def test_forbidden_import_is_found(graph: grimp.ImportGraph, importer: str, imported: str) -> None:
    rows = folders(PAGE.read_text(encoding="utf-8"))
    graph.add_import(importer=importer, imported=imported)
    try:
        found = list(forbidden(graph, rows))
    finally:
        graph.remove_import(importer=importer, imported=imported)
    assert [line for line in found if f"{importer} imports {imported}" in line]


def test_module_outside_map_is_found(graph: grimp.ImportGraph) -> None:
    rows = [row for row in folders(PAGE.read_text(encoding="utf-8")) if row.name != "stack"]
    assert "stack.table is in no folder of the map" in list(forbidden(graph, rows))
