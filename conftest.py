"""What all test levels share: the promise marker, and the synthesized assemblies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from contract import promises
from tools.template import Template

ROOT = Path(__file__).resolve().parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "promise(*ids): the promises in contract/ that it keeps")
    config.addinivalue_line(
        "markers", "sees_no_mutant: runs other programs or reads sources, never the function"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A marker that names no promise stops the run."""
    known = promises.load()
    for item in items:
        for mark in item.iter_markers("promise"):
            for name in mark.args:
                if name not in known:
                    raise pytest.UsageError(f"{item.nodeid} names no promise: {name!r}")


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], Path]:
    """`assembly("prod")` is the cloud assembly of that stage.

    Each stage is synthesized once per run; all xdist workers share it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def synthesized(stage: str) -> Path:
        folder = shared / f"assembly-{stage}"
        with FileLock(f"{folder}.lock"):
            if not (folder / "manifest.json").exists():
                _synthesize(stage, folder)
        return folder

    return synthesized


@pytest.fixture(scope="session")
def prod_template(assembly: Callable[[str], Path]) -> Template:
    """The synthesized template of prod."""
    return Template.in_assembly(assembly("prod"))


def _synthesize(stage: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stack", "--stage", stage, "--output", str(folder)],
        cwd=ROOT,
        env={**os.environ, "CDK_VALIDATION": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.exit(f"stage {stage} could not be synthesized:\n{done.stderr}", returncode=2)
