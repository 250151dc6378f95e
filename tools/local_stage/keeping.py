"""The state of a stage that outlives it: tables, users, certificates and port in a folder.

The emulator writes its state when it ends in order, not when it is killed.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.local_stage.problems import LocalStageError


@contextmanager
def kept(folder: Path) -> Iterator[Path]:
    """The folder, made and held by this process alone. Raises LocalStageError."""
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


def settings(folder: Path) -> dict[str, str]:
    """The emulator's variables for state in `folder`."""
    return {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
    }


def last_port(folder: Path) -> int | None:
    """The port it was served on before, so that URLs stay good."""
    file = folder / "port"
    return int(file.read_text(encoding="utf-8")) if file.exists() else None


def remember_port(folder: Path, port: int) -> None:
    (folder / "port").write_text(str(port), encoding="utf-8")
