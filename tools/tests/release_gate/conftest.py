"""A sealed set of the current sources, which the tests copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import assemblies
from tools.tests.release_gate import sets


@pytest.fixture(scope="session")
def base_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set without changes; nobody edits it."""
    folder = tmp_path_factory.mktemp("sets") / "base"
    shutil.copytree(assemblies.assemblies(), folder)
    shutil.copytree(assemblies.ROOT / "contract", folder / "contract")
    sets.sealed(folder)
    return folder
