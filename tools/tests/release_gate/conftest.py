"""A sealed set of the current sources, which the tests copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import assemblies
from tools.release_gate import released_set
from tools.release_gate.releasing.kept import RELEASED, Kept
from tools.release_gate.releasing.storage import Folder
from tools.tests.release_gate import sets


@pytest.fixture(scope="session")
def base_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set without changes; nobody edits it."""
    folder = tmp_path_factory.mktemp("sets") / "base"
    shutil.copytree(assemblies.assemblies(), folder)
    shutil.copytree(assemblies.ROOT / "contract", folder / "contract")
    sets.sealed(folder)
    return folder


@pytest.fixture(scope="session")
def kept_base(base_set: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is kept of this set once it is released."""
    folder = tmp_path_factory.mktemp("kept")
    Kept("prod", Folder(folder), folder).keep(released_set.load(base_set))
    return (folder / RELEASED).read_bytes()
