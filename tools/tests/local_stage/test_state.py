"""Folders of stages: held while one is served, then gone, or kept for the next."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tools.local_stage import state
from tools.local_stage.programs import LocalStageError


def test_folder_is_gone_after_its_stage(folders: Path) -> None:
    with state.folder_of(4000) as folder:
        (folder / "tmp").mkdir()
        (folder / "tmp" / "file").touch()
        (folder / "emulator.log").touch()
        assert folder.parent == folders
    assert not folder.exists()


def end_by(error: BaseException) -> Path:
    """Let a stage end by this error, and return its folder."""
    with suppress(type(error)), state.folder_of(4000) as folder:
        (folder / "tmp").mkdir()
        (folder / "server.key").touch()
        (folder / "emulator.log").touch()
        raise error
    return folder


def test_error_leaves_logs_and_nothing_else() -> None:
    folder = end_by(LocalStageError("it failed"))
    assert [entry.name for entry in folder.iterdir()] == ["emulator.log"]


def test_stopped_stage_leaves_nothing() -> None:
    assert not end_by(KeyboardInterrupt()).exists()


def test_port_is_served_once_and_two_ports_are_independent() -> None:
    with state.folder_of(4000) as folder, state.folder_of(4001):
        (folder / "file").touch()
        with pytest.raises(LocalStageError, match="port 4000 is served"), state.folder_of(4000):
            pass
        assert (folder / "file").exists()


def test_leftovers_of_killed_process_are_removed(folders: Path) -> None:
    dead = folders / "4000"
    (dead / "tmp").mkdir(parents=True)
    (dead / "lock").touch()
    (dead / "emulator.log").touch()
    with state.folder_of(4001):
        assert [entry.name for entry in dead.iterdir()] == ["emulator.log"]


def test_old_logs_of_failures_are_removed(folders: Path) -> None:
    old = folders / "4000"
    old.mkdir(parents=True)
    (old / "emulator.log").touch()
    os.utime(old, times=(time.time() - state.LOGS_KEPT - 60,) * 2)
    with state.folder_of(4001):
        assert not old.exists()


def test_folder_keeps_one_stage_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    with (
        state.kept(folder),
        pytest.raises(LocalStageError, match="is being served"),
        state.kept(folder),
    ):
        pass
    with state.kept(folder) as again:
        assert again == folder


def test_file_cannot_keep_stage(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(LocalStageError, match=f"{file} cannot keep"), state.kept(file):
        pass


def test_port_of_kept_stage_is_remembered(tmp_path: Path) -> None:
    assert state.last_port(tmp_path) is None
    state.remember_port(tmp_path, 4711)
    assert state.last_port(tmp_path) == 4711
