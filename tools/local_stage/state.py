"""Folders of stages: one below build/local_stage for each port, and those that keep a stage.

A folder is alive while the process that serves it holds the lock in it, so a process
id that the system uses again never misleads. Everything a stage writes is in its folder.
"""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from tools.local_stage.node import ROOT
from tools.local_stage.programs import LocalStageError

FOLDERS = ROOT / "build" / "local_stage"
LOGS_KEPT = 24 * 3600.0


@contextmanager
def folder_of(port: int) -> Iterator[Path]:
    """Yield the empty, locked folder of the stage on `port`; only logs are left after an error."""
    folder = FOLDERS / str(port)
    with _changing_folders():
        _prune()
        if _alive(folder):
            raise LocalStageError(f"port {port} is served from this checkout already")
        _strip(folder, keep=set())
        folder.mkdir(exist_ok=True)
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    keep: set[str] = set()
    try:
        yield folder
    except LocalStageError:
        keep = _logs(folder)
        raise
    finally:
        with _changing_folders():
            _strip(folder, keep)
            lock.close()


@contextmanager
def kept(folder: Path) -> Iterator[Path]:
    """Create and hold a folder whose tables, users, certificates and port outlive the stage.

    Raises LocalStageError. The emulator writes its state at its end, unless it is killed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise LocalStageError(f"{folder} cannot keep a stage: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalStageError(f"{folder} keeps a stage that is being served") from None
        yield folder.resolve()


def last_port(store: Path) -> int | None:
    """Return the port that a kept stage was served on before, so that its URLs stay good."""
    file = store / "port"
    return int(file.read_text(encoding="utf-8")) if file.exists() else None


def remember_port(store: Path, port: int) -> None:
    """Write down the port of a stage that is kept: it comes back there."""
    (store / "port").write_text(str(port), encoding="utf-8")


def _changing_folders() -> FileLock:
    """Return the lock that is held, briefly, to look at the folders or to change them."""
    FOLDERS.mkdir(parents=True, exist_ok=True)
    return FileLock(FOLDERS / "lock")


def _alive(folder: Path) -> bool:
    try:
        with (folder / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _prune() -> None:
    """Remove what a killed process left behind, and old logs."""
    for folder in FOLDERS.glob("[0-9]*"):
        if not _alive(folder):
            fresh = time.time() - folder.stat().st_mtime < LOGS_KEPT
            _strip(folder, keep=_logs(folder) if fresh else set())


def _logs(folder: Path) -> set[str]:
    return {log.name for log in folder.glob("*.log")}


def _strip(folder: Path, keep: set[str]) -> None:
    """Remove all but `keep`, and the folder itself when nothing is kept."""
    for entry in folder.iterdir() if folder.exists() else ():
        if entry.name in keep:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
