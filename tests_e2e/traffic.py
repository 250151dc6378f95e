"""Which checks run beside which others, and how a check sends many requests at once.

A burst spends the rate limit of the whole stage: another check would be refused beside it.
So a check that is marked `burst` waits until no other runs, in whichever worker, and the
others wait for it.
"""

from __future__ import annotations

import fcntl
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests_e2e.client import Answer, Client

GATEWAY_SECONDS = 29.0  # the longest that API Gateway waits for a function


class Schedule(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each `xdist_group` to one worker, the largest first, and every other check by itself.

    `--dist loadgroup` would do the same, but xdist 3.8 renames items, which pytest 9.2 ignores.
    """

    def __init__(self, config: pytest.Config, log: Any, folder: Path) -> None:
        super().__init__(config, log)
        self._file = folder / "groups.json"

    def _split_scope(self, nodeid: str) -> str:
        return self._groups.get(nodeid, nodeid)

    @cached_property
    def _groups(self) -> dict[str, str]:
        groups: dict[str, str] = json.loads(self._file.read_text(encoding="utf-8"))
        return groups


def write_groups(items: Sequence[pytest.Item], folder: Path) -> None:
    """Tell the scheduler, which is in another process, the group of each check that has one."""
    marks = {item.nodeid: item.get_closest_marker("xdist_group") for item in items}
    groups = {nodeid: mark.args[0] for nodeid, mark in marks.items() if mark}
    (folder / "groups.json").write_text(json.dumps(groups), encoding="utf-8")


class Traffic:
    """A lock that many ordinary checks hold together, or one burst alone, in order of arrival."""

    def __init__(self, folder: Path) -> None:
        self._queue = folder / "queue.lock"
        self._stage = folder / "stage.lock"

    @contextmanager
    def ordinary(self) -> Iterator[None]:
        with self._stage.open("a") as stage:
            with self._held(self._queue):
                fcntl.flock(stage, fcntl.LOCK_SH)
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._held(self._queue), self._held(self._stage):
            yield

    @contextmanager
    def _held(self, path: Path) -> Iterator[None]:
        with path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def until(
    stop: Callable[[Answer], bool], client: Client, path: str, *, clients: int, at_most: int
) -> list[Answer]:
    """Ask for `path` as fast as several clients can, until an answer meets the condition."""
    numbers, stopped = _Numbers(at_most), threading.Event()

    def ask(own: Client) -> Iterator[Answer]:
        while not stopped.is_set() and numbers.next():
            answer = own.get(path)
            if stop(answer):
                stopped.set()
            yield answer

    return _together(client, clients, ask)


def paced(
    client: Client, paths: Sequence[str], *, clients: int, total: int, per_second: float
) -> list[Answer]:
    """Ask for `paths` in turns, `total` requests at a steady rate.

    Every client has asked once before, with a long timeout, so that many cold starts at once
    are not part of what is measured.
    """
    patient = replace(client, timeout=GATEWAY_SECONDS, _connection=None)
    _together(patient, clients, lambda own: iter([own.get(paths[0])]))
    numbers, started = _Numbers(total), time.monotonic()

    def ask(own: Client) -> Iterator[Answer]:
        while number := numbers.next():
            time.sleep(max(0.0, started + number / per_second - time.monotonic()))
            yield own.get(paths[number % len(paths)])

    return _together(client, clients, ask)


class _Numbers:
    """Deals 1, 2, ... to several threads, and None after the last."""

    def __init__(self, last: int) -> None:
        self._numbers, self._lock = iter(range(1, last + 1)), threading.Lock()

    def next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)


def _together(
    client: Client, clients: int, ask: Callable[[Client], Iterator[Answer]]
) -> list[Answer]:
    def work() -> list[Answer]:
        with closing(client.clone(signer=client.signer)) as own:
            return list(ask(own))

    with ThreadPoolExecutor(clients) as pool:
        works = [pool.submit(work) for _ in range(clients)]
    return [answer for done in works for answer in done.result()]
