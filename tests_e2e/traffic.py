"""Keeps the checks that send bursts apart from all others, across the workers of a run.

A burst spends the rate limit of the whole stage: another check would be refused beside it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Traffic:
    """A lock for many ordinary checks or one burst; whoever comes first goes first."""

    def __init__(self, folder: Path) -> None:
        self._gate = folder / "gate.lock"
        self._road = folder / "road.lock"

    @contextmanager
    def ordinary(self) -> Iterator[None]:
        with self._held(self._gate, fcntl.LOCK_EX):
            road = self._road.open("a")
            fcntl.flock(road, fcntl.LOCK_SH)
        with road:
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._held(self._gate, fcntl.LOCK_EX), self._held(self._road, fcntl.LOCK_EX):
            yield

    @contextmanager
    def _held(self, path: Path, kind: int) -> Iterator[None]:
        with path.open("a") as file:
            fcntl.flock(file, kind)
            yield
