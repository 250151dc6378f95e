"""A module is mutated again only where its source, or what mutates it, has changed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tools.proof.function import mutants
from tools.proof.function.mutants import Module, Mutant, make


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two modules in a package of its own, whose mutants were made once."""
    (tmp_path / "shop").mkdir()
    for name in ("orders", "prices"):
        (tmp_path / "shop" / f"{name}.py").write_text("A = 1\n")
    (tmp_path / "versions").write_text("1")
    package = ModuleType("shop")
    package.__path__ = []
    monkeypatch.setitem(sys.modules, "shop", package)
    monkeypatch.setattr(mutants, "TARGETS", ("shop/*.py",))
    monkeypatch.setattr(mutants, "TOOLS", (tmp_path / "versions",))
    monkeypatch.setattr(mutants, "_generated", _generated)
    make(tmp_path / "made", tmp_path)
    monkeypatch.setattr(mutants, "_generated", _generated_later)
    return tmp_path


def _generated(source: Path, text: str, digest: str, comment: str = "first") -> Module:
    """The module with a comment; without mutants where it has no code."""
    found = [Mutant(f"shop.{source.stem}.x_f__mutmut_1", text, comment)] if text else []
    return Module(digest, f"{text}# {comment}\n", found)


def _generated_later(source: Path, text: str, digest: str) -> Module:
    return _generated(source, text, digest, "later")


def _made(root: Path) -> dict[str, str]:
    """Make the mutants; give the comments of the written modules."""
    found = [(each.name.split(".")[1], each.after) for each in make(root / "made", root)]
    texts = {file.stem: file.read_text() for file in sorted((root / "made").rglob("*.py"))}
    assert found == [(name, text.split()[-1]) for name, text in texts.items()]
    return dict(found)


def test_same_source_is_not_mutated_again(root: Path) -> None:
    written = (root / "made" / "shop" / "orders.py").stat()
    assert _made(root) == {"orders": "first", "prices": "first"}
    again = (root / "made" / "shop" / "orders.py").stat()
    assert again.st_mtime_ns == written.st_mtime_ns, "Python need not compile it again"


def test_changed_source_is_mutated_again(root: Path) -> None:
    (root / "shop" / "orders.py").write_text("A = 2\n")
    assert _made(root) == {"orders": "later", "prices": "first"}


def test_other_tools_mutate_again(root: Path) -> None:
    (root / "versions").write_text("2")
    assert _made(root) == {"orders": "later", "prices": "later"}


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"mutants": [1]}', '{"mutants": []}'])
def test_damaged_file_mutates_again(root: Path, damage: str) -> None:
    (root / "made" / "shop" / "orders.json").write_text(damage)
    assert _made(root) == {"orders": "later", "prices": "first"}


def test_written_module_is_the_mutated_one(root: Path) -> None:
    (root / "made" / "shop" / "orders.py").write_text("A = 1\n")
    (root / "made" / "shop" / "prices.py").unlink()
    assert _made(root) == {"orders": "first", "prices": "first"}


def test_module_without_mutants_is_not_replaced(root: Path) -> None:
    (root / "shop" / "orders.py").write_text("")
    assert _made(root) == {"prices": "first"}
    (root / "shop" / "prices.py").unlink()
    assert _made(root) == {}


def test_every_tool_is_there() -> None:
    assert all((mutants.ROOT / name).is_file() for name in mutants.TOOLS)
    assert mutants.ROOT / mutants.TOOLS[0] == Path(mutants.__file__)
