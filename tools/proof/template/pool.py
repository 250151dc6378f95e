"""Spreads mutants over worker processes, and survives the death of a process."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

from ...template import Template
from ..shared.command import CannotRunError
from . import worker
from .edits import Mutant
from .worker import Ready, Result, Settings

# The processes come from one that has loaded what they need, where the system can fork.
PRELOADED = f"{__package__}.preloaded"
METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
TIMEOUT_SECONDS = 120
DIED = "the worker process ended"
LATE = f"no answer within {TIMEOUT_SECONDS} s"


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    task: Mutant | None = None


class Pool:
    """A context of worker processes that all collected the same suite."""

    def __init__(
        self,
        template: Template | None,
        arguments: tuple[str, ...],
        size: int,
        stack: str | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="template-mutation-")
        self._template = template
        self._arguments = arguments
        self._size = size
        self._stack = stack
        self._started = 0
        self._workers: list[_Worker] = []
        self.ready: Ready

    def __enter__(self) -> Self:
        try:
            first, *others = [self._start() for _ in range(self._size)]
            self.ready = self._ready(first, None)
            for each in others:
                self._check(self._ready(each, self._looking))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._workers:
            each.process.kill()
            each.process.join()
            each.connection.close()
        self._workers.clear()
        self._folder.cleanup()

    def replay(self, mutants: Iterable[Mutant]) -> Iterator[Result]:
        """Replay the tests on each mutant; yield the answers as they arrive."""
        waiting = list(reversed(list(mutants)))
        while waiting or any(each.task for each in self._workers):
            for each in self._workers:
                if each.task is None and waiting:
                    each.task = waiting.pop()
                    each.connection.send(each.task)
            yield from self._answers()

    def _answers(self) -> Iterator[Result]:
        busy = {each.connection: each for each in self._workers if each.task}
        arrived = wait(list(busy), timeout=TIMEOUT_SECONDS)
        for connection in arrived or list(busy):
            each = busy[connection]  # type: ignore[index]
            task, each.task = each.task, None
            assert task is not None
            try:
                if not arrived:
                    raise TimeoutError
                yield each.connection.recv()
            except (EOFError, OSError) as error:
                self._replace(each)
                late = isinstance(error, TimeoutError)
                yield Result(task.name, lost=LATE if late else DIED)

    def _start(self) -> _Worker:
        context = multiprocessing.get_context(METHOD)
        if METHOD == "forkserver":
            multiprocessing.set_forkserver_preload([PRELOADED])
        own, other = context.Pipe()
        self._started += 1
        log = Path(self._folder.name) / f"worker-{self._started}.log"
        variables = dict(os.environ)
        settings = Settings(self._template, self._arguments, log, variables, self._stack)
        make: type[BaseProcess] = context.Process  # type: ignore[attr-defined]
        process = make(target=worker.main, args=(other, settings), daemon=True)
        process.start()
        other.close()
        started = _Worker(process, own)
        self._workers.append(started)
        return started

    @property
    def _looking(self) -> frozenset[str]:
        """The tests that look at the template: only the first worker runs all others."""
        return frozenset(test.id for test in self.ready.tests if test.takes_template)

    def _ready(self, each: _Worker, only: frozenset[str] | None) -> Ready:
        with suppress(BrokenPipeError):  # it says why in its answer
            each.connection.send(only)
        answer = _first_answer(each)
        assert isinstance(answer, Ready)
        return answer

    def _check(self, ready: Ready) -> None:
        """Refuse processes that do not run the same tests: their answers cannot be compared."""
        for ours, theirs in zip_longest(self.ready.tests, ready.tests):
            if ours != theirs:
                raise CannotRunError(
                    "two processes collected different tests, or in a different order: "
                    f"{ours.id if ours else 'none'} and {theirs.id if theirs else 'none'}; "
                    "a plugin that shuffles them is switched off by `-- -p no:NAME`"
                )
        if ready.baseline.red and not self.ready.baseline.red:
            raise CannotRunError(
                "without any mutation the tests are red in one process and green in another: "
                f"{', '.join(ready.baseline.red)}"
            )

    def _replace(self, each: _Worker) -> None:
        each.process.kill()
        each.process.join()
        self._workers.remove(each)
        self._check(self._ready(self._start(), self._looking))


def found(arguments: tuple[str, ...], stack: str | None) -> Template:
    """Find the template that a suite makes with `aws_cdk.assertions`: of this stack, or the first.

    Raises CannotRunError where there is none.
    """
    pool = Pool(None, arguments, 1, stack)
    try:
        answer = _first_answer(pool._start())
        assert isinstance(answer, Template)
        return answer
    finally:
        pool.__exit__()


def _first_answer(each: _Worker) -> Template | Ready:
    try:
        answer: Template | Ready | str = each.connection.recv()
    except EOFError:
        raise CannotRunError("a worker ended before it had collected the tests") from None
    if isinstance(answer, str):
        raise CannotRunError(answer)
    return answer
