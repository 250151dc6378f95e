"""The proof of templates is a package of its own: it runs where this project is not."""

from __future__ import annotations

import ensurepip
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tools.tests.template.conftest import SECOND_STACK

pytestmark = pytest.mark.programs

PROOF = Path(__file__).resolve().parents[2] / "proof"


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without the settings of this environment; its output is in the answer."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    kept.pop("PYTHONPATH", None)
    return subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    built = _run(*build, cwd=PROOF)
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("template_mutants-*.whl")
    return file


@pytest.fixture
def command(wheel: Path, tmp_path: Path) -> Path:
    """The console command in an environment that shares only the installed dependencies."""
    folder = tmp_path / "environment"
    venv.create(folder)
    python = folder / "bin" / "python"
    words = ("install", "--no-deps", "--no-index", "--no-compile")
    installed = _run(python, _pip(), *words, wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    (site,) = (folder / "lib").glob("*/site-packages")
    (site / "dependencies.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    return folder / "bin" / "template-mutants"


def _pip() -> Path:
    """The pip that Python brings along; it runs from its wheel, without being installed."""
    bundled = Path(ensurepip.__file__).parent / "_bundled"
    folder = Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or bundled)
    return next(folder.glob("pip-*.whl")) / "pip"


def test_package_holds_viewer_and_nothing_of_this_project(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "template_mutants",
        "template_mutants-0.1.0.dist-info",
    }
    assert "template_mutants/proof/template/reports/viewer.js" in names
    assert "template_mutants/proof/template/reports/viewer.LICENSE" in names
    folders = {"/".join(name.split("/")[:3]) for name in names if "/proof/" in name}
    assert folders == {"template_mutants/proof/template", "template_mutants/proof/shared"}


def test_installed_command_proves_second_stack(command: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(SECOND_STACK / "template.json", project / "template.json")
    shutil.copy(SECOND_STACK / "fixtures.py", project / "conftest.py")
    shutil.copy(SECOND_STACK / "checks.py", project / "test_checks.py")
    arguments = ["--template", "template.json", "--tests", ".", "--report", "report"]
    ran = _run(command, *arguments, "--jobs", "1", cwd=project)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "every rule is kept" in ran.stdout
    page = (project / "report" / "infra.html").read_text(encoding="utf-8")
    assert "mutation-test-report-app" in page
