"""Runs tests on mutants in forked processes, several at the same time.

A fork costs more than the test that kills a mutant, so a process takes the mutants of one
function one after another. The first finds it as it was forked. A later one counts as killed only
if the test that failed passes in the same process as soon as the mutant is switched off; what is
not so clear is tried again as the first of another process.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import NoReturn

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test

from tests_unit import conftest
from tools.proof.function.mutants import Mutant
from tools.proof.shared.suite import Suite
from tools.proof.shared.verdicts import KILLED, SURVIVED, TIMEOUT, UNTESTED

_GRACE_SECONDS = 20
_MUTANTS_OF_PROCESS = 16


@dataclass
class Traced:
    """A test, the functions it called on the unchanged code, and how many seconds it took."""

    item: pytest.Item
    functions: set[str]
    seconds: float


@dataclass(frozen=True)
class Verdict:
    """The status of a mutant; `test` is the node id of the first test that failed."""

    mutant: Mutant
    status: str
    test: str | None = None


Tests = Callable[[Mutant], Sequence[Traced]]


@dataclass
class _Child:
    """A process, the mutants that it has not answered for, and how many seconds one may take."""

    pid: int
    waiting: deque[Mutant]
    limit: float
    until: float = 0.0
    answered: bool = False
    text: bytes = b""
    verdicts: list[Verdict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.until = monotonic() + self.limit

    def hear(self, data: bytes) -> None:
        """Take what the process wrote: for each mutant a line, the test that killed it or none."""
        *lines, self.text = (self.text + data).split(b"\n")
        for line in lines:
            test = line.decode()
            self.verdicts.append(
                Verdict(self.waiting.popleft(), KILLED if test else SURVIVED, test or None)
            )
            self.answered, self.until = True, monotonic() + self.limit


def judge(
    suite: Suite,
    mutants: Iterable[Mutant],
    tests: Tests,
    jobs: int,
    *,
    at_start: set[str],
    likely: Mapping[str, str],
) -> Iterator[Verdict]:
    """Yield verdicts as they arrive; closing the iterator ends what still runs.

    `tests` gives the tests of a mutant, `likely` the one that runs first, by the mutant's
    description. For a mutant of a function in `at_start` the handler is loaded again.
    """
    # the tests that killed a mutant of a function run first on its other mutants
    killers: defaultdict[str, set[str]] = defaultdict(set)
    waiting = deque(_batches(mutants))
    running: dict[int, _Child] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    batch = waiting.popleft()
                    known = _first(tests(batch[0]), killers[batch[0].function])
                    if not known:
                        yield from (Verdict(mutant, UNTESTED) for mutant in batch)
                        continue
                    reload = batch[0].function in at_start
                    pipe, child = _fork(suite, batch, known, likely, reload=reload)
                    running[pipe] = child
                    selector.register(pipe, selectors.EVENT_READ)
                ready = {key.fd for key, _ in selector.select(timeout=0.5)}
                for pipe, child in [*running.items()]:
                    late = pipe not in ready and monotonic() > child.until
                    if late or (pipe in ready and not _heard(pipe, child)):
                        selector.unregister(pipe)
                        _end(pipe, running.pop(pipe))
                        waiting.extendleft(_left(child, tests, late=late))
                    for verdict in child.verdicts:
                        if verdict.test:
                            killers[verdict.mutant.function].add(verdict.test)
                        yield verdict
                    child.verdicts.clear()
        finally:
            for pipe, child in running.items():
                _end(pipe, child)


def _batches(mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, ...]]:
    """Put mutants of the same function together, as many as one process takes."""
    of_function: defaultdict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        of_function[mutant.function].append(mutant)
    for each in of_function.values():
        for start in range(0, len(each), _MUTANTS_OF_PROCESS):
            yield tuple(each[start : start + _MUTANTS_OF_PROCESS])


def _first(tests: Sequence[Traced], known: set[str]) -> list[Traced]:
    """Put those tests first that killed other mutants of the function."""
    return sorted(tests, key=lambda test: test.item.nodeid not in known)


def _heard(pipe: int, child: _Child) -> bool:
    data = os.read(pipe, 4096)
    child.hear(data)
    return bool(data)


def _left(child: _Child, tests: Tests, *, late: bool) -> Iterator[tuple[Mutant, ...]]:
    """Judge what ended the process if it was its first mutant, and give the others another one."""
    if child.waiting and not child.answered:
        mutant = child.waiting.popleft()
        died = Verdict(mutant, KILLED, tests(mutant)[0].item.nodeid)
        child.verdicts.append(Verdict(mutant, TIMEOUT) if late else died)
    if child.waiting:
        yield tuple(child.waiting)


def _fork(
    suite: Suite,
    mutants: Sequence[Mutant],
    tests: Sequence[Traced],
    likely: Mapping[str, str],
    *,
    reload: bool,
) -> tuple[int, _Child]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        items = [test.item for test in tests]
        _answer(suite, mutants, items, likely, writing, reload=reload)
    os.close(writing)
    limit = _GRACE_SECONDS + 3 * sum(test.seconds for test in tests if test.seconds < 1)
    return reading, _Child(pid, deque(mutants), limit)


def _end(pipe: int, child: _Child) -> None:
    os.kill(child.pid, signal.SIGKILL)
    os.close(pipe)
    os.waitpid(child.pid, 0)


def _answer(
    suite: Suite,
    mutants: Sequence[Mutant],
    items: list[pytest.Item],
    likely: Mapping[str, str],
    writing: int,
    *,
    reload: bool,
) -> NoReturn:
    """Write a line for each mutant whose verdict is clear, until one is not."""
    gc.disable()
    try:
        for mutant in mutants:
            test = likely.get(mutant.description)
            first = [item for item in items if item.nodeid == test]
            killer = _killer(suite, mutant.name, [*first, *items], reload=reload)
            clear = killer is not None and not _killer(suite, "", [killer], reload=reload)
            if clear or mutant is mutants[0]:
                os.write(writing, f"{killer.nodeid if killer else ''}\n".encode())
            if not clear:
                break
            items.sort(key=lambda item: item is not killer)
    finally:
        os._exit(0)


def _killer(
    suite: Suite, mutant: str, items: Sequence[pytest.Item], *, reload: bool
) -> pytest.Item | None:
    """Run the tests until one fails on the mutant, or without one (""), and give that test."""
    if reload:
        conftest.handler_with.cache_clear()
    set_mutant_under_test(mutant)
    suite.tear_down(suite.session)  # what a fixture made of another mutant is gone
    for item in items:
        try:
            if any(report.failed for report in suite.run(item)):
                return item
        except BaseException:  # noqa: BLE001 - a crash of the mutant kills it, whatever it raised
            return item
    return None
