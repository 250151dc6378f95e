"""What is served from this checkout: one folder below build/local_stage for each port.

A folder is alive while the process that serves it holds the lock in it, so a process
id that was given anew never misleads. Everything a stage writes is in its folder.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.local_stage.paths import BUILD
from tools.local_stage.problems import LocalStageError

FOLDERS = BUILD
LOGS_KEPT = 24 * 3600.0


@dataclass(frozen=True)
class Served:
    """A stage that is being served: by which process, where, and how it was started."""

    pid: int
    port: int
    stage: str
    url: str
    ca_bundle: str
    stack_name: str
    detached: bool


@contextmanager
def folder_of(port: int) -> Iterator[Path]:
    """The empty, locked folder of the stage on `port`; only logs are left after an error."""
    folder = FOLDERS / str(port)
    with _one_at_a_time():
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
        with _one_at_a_time():
            _strip(folder, keep)
            lock.close()


def write(folder: Path, served: Served) -> None:
    """Make a stage known to `down` and `status`."""
    written = folder / "stage.json.new"
    written.write_text(json.dumps(asdict(served)), encoding="utf-8")
    written.replace(folder / "stage.json")


def all_served() -> list[Served]:
    """Every stage that is being served from this checkout, by port."""
    found = []
    with _one_at_a_time():
        for file in FOLDERS.glob("*/stage.json"):
            if _alive(file.parent):
                found.append(Served(**json.loads(file.read_bytes())))
    return sorted(found, key=lambda served: served.port)


def gone(port: int) -> bool:
    """Whether nobody serves that port any longer."""
    with _one_at_a_time():
        return not _alive(FOLDERS / str(port))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Held, briefly, by whoever looks at the folders or changes which there are."""
    FOLDERS.mkdir(parents=True, exist_ok=True)
    with (FOLDERS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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
