"""No test here touches what is served from this checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.local_stage import state


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stages under test have their folders."""
    monkeypatch.setattr(state, "FOLDERS", tmp_path / "build" / "local_stage")
    return tmp_path / "build" / "local_stage"
