"""What outlives a release: the set to go back to with its tests, where a release is, and the lock.

released.tar.gz   set/, the set that was last released to the stage, and checks/, the tests of its
                  commit, whose smoke proves that it serves
underway.json     the set that a release has begun to deploy, and why it goes back, if it does
lock.json         who releases to the stage, until when
"""

from __future__ import annotations

import getpass
import gzip
import hashlib
import io
import json
import os
import socket
import tarfile
import tempfile
import time
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.evidence import template_digest
from tools.release_gate import released_set
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ROOT, ReleasedSet
from tools.release_gate.releasing.storage import Document, Storage

RELEASED, UNDERWAY, LOCK = "released.tar.gz", "underway.json", "lock.json"
CHECKS = ("conftest.py", "pyproject.toml", "contract", "tests_e2e", "tools")
NO_SOURCES = ("__pycache__", "node_modules", "build", "tests")
LOCK_SECONDS = 2 * 60 * 60.0  # longer than any release; a crash blocks the stage no longer


@dataclass(frozen=True)
class Kept:
    """What is kept of one stage. `work` is a folder for what is unpacked."""

    stage: str
    storage: Storage
    work: Path

    def previous(self) -> ReleasedSet | None:
        """Return the set to go back to. Raises UndecidedError where it is damaged."""
        archive = self.storage.read(RELEASED)
        if archive is None:
            return None
        folder = self.work / hashlib.sha256(archive.content).hexdigest()[:16]
        if not folder.exists():
            _unpack(archive, folder)
        return released_set.load(folder / "set")

    def keep(self, released: ReleasedSet) -> None:
        """Make a set, with the tests of this checkout, the one to go back to."""
        content = io.BytesIO()
        with tarfile.open(None, "w:gz", content, dereference=True, compresslevel=6) as archive:
            archive.add(released.folder, "set")
            for name in CHECKS:
                archive.add(ROOT / name, f"checks/{name}", filter=_of_sources)
        self.storage.write(RELEASED, content.getvalue())

    def begin(self, released: ReleasedSet) -> None:
        """Note that the gate has passed and that this set is being deployed."""
        self._note(set=identity(released), commit=released.commit, since=time.time())

    def goes_back(self, seen: str) -> None:
        """Note that the set that is being deployed is bad, and why."""
        self._note(**{**(self.underway() or {}), "seen": seen})

    def underway(self) -> dict[str, Any] | None:
        """Return what `begin` and `goes_back` noted, unless that release has ended."""
        note = self.storage.read(UNDERWAY)
        return _parsed(note) if note else None

    def end(self) -> None:
        self.storage.remove(UNDERWAY)

    @contextmanager
    def locked(self, seconds: float = LOCK_SECONDS, *, now: float | None = None) -> Iterator[None]:
        """Keep others from the stage. Raises UndecidedError that names the owner."""
        now = time.time() if now is None else now
        owner = f"{getpass.getuser()} on {socket.gethostname()}, process {os.getpid()}"
        lock = {"owner": owner, "until": now + seconds, "id": uuid.uuid4().hex}
        found, content = self.storage.read(LOCK), _bytes(lock)
        free = found is None or float(_parsed(found).get("until", now + seconds)) <= now
        if not (free and (self.storage.replace(LOCK, found, content) or self._is_lock(content))):
            raise UndecidedError(self._held())
        try:
            yield
        finally:
            with suppress(UndecidedError):  # the lock ends at its time, too
                held = self.storage.read(LOCK)
                if held and held.content == content:  # and not of one who came after the limit
                    self.storage.replace(LOCK, held, _bytes({**lock, "until": 0.0}))

    def _is_lock(self, content: bytes) -> bool:
        """Whether this lock is there: a request without an answer is sent again, and refused."""
        lock = self.storage.read(LOCK)
        return lock is not None and lock.content == content

    def _held(self) -> str:
        lock = self.storage.read(LOCK)
        found = _parsed(lock) if lock else {}
        until = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(found.get("until", time.time())))
        return (
            f"{self.stage}: is being released to by {found.get('owner', 'somebody')}; the lock ends"
            f" at {until}; if that process is gone: {self.storage.removal(LOCK)}"
        )

    def _note(self, **content: Any) -> None:
        self.storage.write(UNDERWAY, _bytes(content))


def checks_of(previous: ReleasedSet) -> Path:
    """Return the folder with the tests of the commit of a set that was kept."""
    return previous.folder.parent / "checks"


def identity(released: ReleasedSet) -> str:
    """Return what tells a set from another: the digest of its seal."""
    return template_digest(released.seal)


def _of_sources(file: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(file.name).name in NO_SOURCES else file


def _unpack(archive: Document, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        new = Path(temporary, "new")
        try:
            # gzip checks the whole content; tarfile alone stops silently at damaged data
            content = gzip.decompress(archive.content)
            with tarfile.open(fileobj=io.BytesIO(content)) as opened:
                # the filter keeps every file inside the folder; Python has had it since 3.11.4
                opened.extraction_filter = getattr(tarfile, "data_filter", None)
                opened.extractall(new)
        except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
            raise UndecidedError(f"{RELEASED}: cannot be read ({error})") from None
        new.rename(folder)


def _bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()


def _parsed(document: Document) -> dict[str, Any]:
    """Return what a document says; nothing where somebody else has written it."""
    try:
        content = json.loads(document.content)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
