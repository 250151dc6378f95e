"""The second stack as a project of its own in a temporary folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.template import Template

SECOND_STACK = Path(__file__).parent / "second_stack"


@dataclass(frozen=True)
class Project:
    """A folder with a template and a suite; `arguments` are those of the command line."""

    folder: Path

    @property
    def template(self) -> Path:
        return self.folder / "template.json"

    @property
    def report(self) -> Path:
        return self.folder / "report"

    @property
    def suite(self) -> Path:
        return self.folder / "test_checks.py"

    def add_hooks(self, text: str) -> None:
        """Add hooks of pytest to the project's conftest.py."""
        with (self.folder / "conftest.py").open("a", encoding="utf-8") as conftest:
            conftest.write(text)

    def arguments(self, *more: str) -> list[str]:
        own = ["--template", str(self.template), "--tests", str(self.folder)]
        pytest_own = ["--", f"--rootdir={self.folder}", f"--confcutdir={self.folder}"]
        return [*own, "--report", str(self.report), "--jobs", "1", *more, *pytest_own]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Its workers load no plugins of pytest: they would be most of each test's time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    shutil.copy(SECOND_STACK / "template.json", tmp_path / "template.json")
    shutil.copy(SECOND_STACK / "fixtures.py", tmp_path / "conftest.py")
    shutil.copy(SECOND_STACK / "checks.py", tmp_path / "test_checks.py")
    return Project(tmp_path)


@pytest.fixture(scope="session")
def second() -> Template:
    return Template.load(SECOND_STACK / "template.json")
