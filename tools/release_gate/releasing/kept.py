"""What outlives a release: the set to go back to with its tests, where a release is, and the lock.

DIR/STAGE/released/set/     the set that was last released to the stage
DIR/STAGE/released/checks/  the tests of its commit, whose smoke proves that it serves
DIR/STAGE/underway.json     the set that a release has begun to deploy
DIR/STAGE/lock.json         who releases to the stage, until when
"""

from __future__ import annotations

import getpass
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.evidence import template_digest
from tools.release_gate import released_set
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ROOT, ReleasedSet

CHECKS = ("conftest.py", "pyproject.toml", "contract", "tests_e2e", "tools")
LOCK_SECONDS = 2 * 60 * 60.0  # longer than any release; a crash blocks the stage no longer


@dataclass(frozen=True)
class Kept:
    """The folder of one stage."""

    folder: Path

    @property
    def set(self) -> Path:
        return self.folder / "released" / "set"

    @property
    def checks(self) -> Path:
        return self.folder / "released" / "checks"

    def previous(self) -> ReleasedSet | None:
        """Return the set to go back to. Raises UndecidedError where its hashes are wrong."""
        return released_set.load(self.set) if self.set.exists() else None

    def keep(self, released: ReleasedSet) -> None:
        """Make a set, with the tests of this checkout, the one to go back to."""
        new, old = self.folder / "new", self.folder / "old"
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)
        shutil.copytree(released.folder, new / "set")
        ignored = shutil.ignore_patterns("__pycache__", "node_modules", "build")
        for name in CHECKS:
            source, copy = ROOT / name, new / "checks" / name
            copy.parent.mkdir(exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=ignored)
            else:
                shutil.copy(source, copy)
        if self.set.exists():
            self.set.parent.rename(old)
        new.rename(self.set.parent)
        shutil.rmtree(old, ignore_errors=True)

    def begin(self, released: ReleasedSet) -> None:
        """Note that the gate has passed and that this set is being deployed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        note = {"set": identity(released), "commit": released.commit, "since": time.time()}
        self._underway.write_text(json.dumps(note), encoding="utf-8")

    def underway(self) -> dict[str, Any] | None:
        """Return what `begin` noted, unless that release has ended."""
        if not self._underway.exists():
            return None
        note: dict[str, Any] = json.loads(self._underway.read_text(encoding="utf-8"))
        return note

    def end(self) -> None:
        self._underway.unlink(missing_ok=True)

    @contextmanager
    def locked(self, *, now: float | None = None) -> Iterator[None]:
        """Keep others from the stage. Raises UndecidedError that names the owner."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file, now = self.folder / "lock.json", time.time() if now is None else now
        owner = f"{getpass.getuser()} on {socket.gethostname()}, process {os.getpid()}"
        lock = {"owner": owner, "until": now + LOCK_SECONDS}
        _unlink_if_over(file, now)
        try:
            with file.open("x", encoding="utf-8") as output:
                json.dump(lock, output)
        except FileExistsError:
            raise UndecidedError(f"{self.folder.name}: {_held(file)}") from None
        try:
            yield
        finally:
            if _read(file) == lock:
                file.unlink()

    @property
    def _underway(self) -> Path:
        return self.folder / "underway.json"


def identity(released: ReleasedSet) -> str:
    """Return what tells a set from another: the digest of its seal."""
    return template_digest(released.seal)


def _unlink_if_over(file: Path, now: float) -> None:
    if file.exists() and _until(file) <= now:
        file.unlink(missing_ok=True)


def _until(file: Path) -> float:
    lock = _read(file)
    return float(lock["until"]) if lock else file.stat().st_mtime + LOCK_SECONDS


def _read(file: Path) -> dict[str, Any] | None:
    """Return what a lock says; None of one whose owner crashed while writing it."""
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return content
    except (OSError, ValueError):
        return None


def _held(file: Path) -> str:
    owner = (_read(file) or {}).get("owner", "somebody")
    until = time.strftime("%H:%M:%S", time.localtime(_until(file)))
    return (
        f"is being released to by {owner}; the lock ends at {until}, or"
        f" remove {file} when that process is gone"
    )
