"""A folder that keeps a stage: one stage at a time, with its port."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.local_stage import LocalStageError, keeping


def test_a_folder_keeps_one_stage_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    with (
        keeping.kept(folder),
        pytest.raises(LocalStageError, match="is being served"),
        keeping.kept(folder),
    ):
        pass
    with keeping.kept(folder) as again:
        assert again == folder


def test_a_file_cannot_keep_a_stage(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(LocalStageError, match=f"{file} cannot keep"), keeping.kept(file):
        pass


def test_the_port_is_remembered(tmp_path: Path) -> None:
    assert keeping.last_port(tmp_path) is None
    keeping.remember_port(tmp_path, 4711)
    assert keeping.last_port(tmp_path) == 4711


def test_the_emulator_writes_into_the_folder(tmp_path: Path) -> None:
    settings = keeping.settings(tmp_path)
    assert settings["PERSIST_STATE"] == "1"
    assert Path(settings["STATE_DIR"]).is_relative_to(tmp_path)
