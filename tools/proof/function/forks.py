"""Runs tests on mutants in forked processes, several at the same time."""

from __future__ import annotations

import gc
import os
import selectors
import signal
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import NoReturn

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test

from tests_unit import conftest
from tools.proof.function.mutants import Mutant
from tools.proof.shared.suite import Suite
from tools.proof.shared.verdicts import KILLED, SURVIVED, TIMEOUT, UNTESTED

_GRACE_SECONDS = 20


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


@dataclass(frozen=True)
class _Child:
    mutant: Mutant
    tests: Sequence[Traced]
    pid: int
    until: float


def judge(
    suite: Suite, work: Iterable[tuple[Mutant, Sequence[Traced]]], jobs: int, at_start: set[str]
) -> Iterator[Verdict]:
    """Yield verdicts as they arrive; closing the iterator ends what still runs.

    For a mutant of a function in `at_start` the handler is loaded again.
    """
    waiting = iter(work)
    running: dict[int, _Child] = {}
    # the tests that killed a mutant of a function run first on its other mutants
    killers: defaultdict[str, set[str]] = defaultdict(set)
    with selectors.DefaultSelector() as selector:
        try:
            while True:
                while len(running) < jobs and (task := next(waiting, None)):
                    mutant, known = task[0], killers[task[0].function]
                    tests = sorted(task[1], key=lambda test: test.item.nodeid not in known)
                    if not tests:
                        yield Verdict(mutant, UNTESTED)
                        continue
                    pipe, child = _fork(suite, mutant, tests, reload=mutant.function in at_start)
                    running[pipe] = child
                    selector.register(pipe, selectors.EVENT_READ)
                if not running:
                    return
                ready = {key.fd for key, _ in selector.select(timeout=0.5)}
                late = {pipe for pipe, child in running.items() if monotonic() > child.until}
                for pipe in ready | late:
                    selector.unregister(pipe)
                    verdict = _verdict(pipe, running.pop(pipe), late=pipe not in ready)
                    if verdict.test:
                        killers[verdict.mutant.function].add(verdict.test)
                    yield verdict
        finally:
            for pipe, child in running.items():
                _verdict(pipe, child, late=True)


def _fork(
    suite: Suite, mutant: Mutant, tests: Sequence[Traced], *, reload: bool
) -> tuple[int, _Child]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        if reload:
            conftest.handler_with.cache_clear()
        _be_mutant(suite, mutant, [test.item for test in tests], writing)
    os.close(writing)
    limit = _GRACE_SECONDS + 3 * sum(test.seconds for test in tests if test.seconds < 1)
    return reading, _Child(mutant, tests, pid, monotonic() + limit)


def _be_mutant(
    suite: Suite, mutant: Mutant, items: Sequence[pytest.Item], writing: int
) -> NoReturn:
    """Run the tests until one fails, and write its number."""
    answer, number = b"-", 0
    try:
        gc.disable()
        set_mutant_under_test(mutant.name)
        for number, item in enumerate(items):
            if any(report.failed for report in suite.run(item)):
                answer = str(number).encode()
                break
    except BaseException:  # noqa: BLE001 - a crash of the mutant kills it, whatever it raised
        answer = str(number).encode()
    os.write(writing, answer)
    os._exit(0)


def _verdict(pipe: int, child: _Child, *, late: bool) -> Verdict:
    if late:
        os.kill(child.pid, signal.SIGKILL)
    answer = b"" if late else os.read(pipe, 16)
    os.close(pipe)
    os.waitpid(child.pid, 0)
    if late:
        return Verdict(child.mutant, TIMEOUT)
    if answer == b"-":
        return Verdict(child.mutant, SURVIVED)
    number = int(answer) if answer else 0  # its process died before it could answer
    return Verdict(child.mutant, KILLED, child.tests[number].item.nodeid)
