"""Which checks run beside which others, across the workers of a run.

A burst spends the rate limit of the whole stage: another check would be refused beside it.
What takes long to bring up, a browser or a stage, is brought up by one worker alone.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# Two chains of slow checks, for two workers to begin with; all others go where there is room.
CHAINS = {
    "test_failing_table.py": "a stage of its own",
    "test_browser.py": "browser and bursts",
    "test_load.py": "browser and bursts",
    "test_rate_limit.py": "browser and bursts",
}


class Schedule(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each chain to one worker, the longest first, and every other check by itself."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        return CHAINS.get(file.name, nodeid)


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
