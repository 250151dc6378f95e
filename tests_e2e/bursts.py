"""Many requests by several clients at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

from tests_e2e.client import Answer, Client

GATEWAY_SECONDS = 29.0  # API Gateway waits no longer for a function


def until(
    stop: Callable[[Answer], bool], client: Client, path: str, *, clients: int, at_most: int
) -> list[Answer]:
    """Ask for `path` as fast as several clients can, until an answer is the one to stop at."""
    left = iter(range(at_most))
    lock, stopped = threading.Lock(), threading.Event()

    def ask(own: Client) -> Iterator[Answer]:
        while not stopped.is_set() and _next(left, lock):
            answer = own.get(path)
            if stop(answer):
                stopped.set()
            yield answer

    return _together(client, clients, ask)


def paced(
    client: Client, paths: Sequence[str], *, clients: int, total: int, per_second: float
) -> list[Answer]:
    """Ask for `paths` in turns, `total` requests at a steady rate.

    Every client has asked once before, with patience: so many cold starts at once are not
    what is measured.
    """
    patient = replace(client, timeout=GATEWAY_SECONDS, _connection=None)
    _together(patient, clients, lambda own: iter([own.get(paths[0])]))
    numbers, lock, started = iter(range(total)), threading.Lock(), time.monotonic()

    def ask(own: Client) -> Iterator[Answer]:
        while number := _next(numbers, lock):
            time.sleep(max(0.0, started + number / per_second - time.monotonic()))
            yield own.get(paths[number % len(paths)])

    return _together(client, clients, ask)


def _next(numbers: Iterator[int], lock: threading.Lock) -> int | None:
    """The next number, counted from 1; None after the last."""
    with lock:
        number = next(numbers, None)
    return None if number is None else number + 1


def _together(
    client: Client, clients: int, ask: Callable[[Client], Iterator[Answer]]
) -> list[Answer]:
    def work() -> list[Answer]:
        with closing(client.clone(signer=client.signer)) as own:
            return list(ask(own))

    with ThreadPoolExecutor(clients) as pool:
        works = [pool.submit(work) for _ in range(clients)]
    return [answer for done in works for answer in done.result()]
