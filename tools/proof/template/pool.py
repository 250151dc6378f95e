"""Spreads mutants over worker processes, and survives the death of a process."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

from ..shared.command import CannotRunError
from . import worker
from .edits import Mutant
from .validity import Verdicts
from .worker import Ready, Result, Settings

TIMEOUT_SECONDS = 120
DIED = "the worker process ended"
LATE = f"no answer within {TIMEOUT_SECONDS} s"


@dataclass(frozen=True)
class Lost:
    """A mutant whose worker died or hung: its result is unknown."""

    name: str
    reason: str


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    mutant: Mutant | None = None


class Pool:
    """A context of worker processes that all collected the same suite."""

    def __init__(
        self, template: Path, arguments: tuple[str, ...], size: int, verdicts: Verdicts
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="template-mutation-")
        self._template = template
        self._arguments = arguments
        self._size = size
        self._verdicts = verdicts
        self._started = 0
        self._workers: list[_Worker] = []
        self.ready: Ready

    def __enter__(self) -> Self:
        try:
            first, *others = [self._start() for _ in range(self._size)]
            self.ready = self._first_answer(first)
            for each in others:
                self._check(self._first_answer(each))
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

    def run(self, mutants: Iterable[Mutant]) -> Iterator[Result | Lost]:
        """Yield the answers as they arrive."""
        waiting = list(reversed(list(mutants)))
        while waiting or any(each.mutant for each in self._workers):
            for each in self._workers:
                if each.mutant is None and waiting:
                    each.mutant = waiting.pop()
                    each.connection.send(each.mutant)
            yield from self._answers()

    def _answers(self) -> Iterator[Result | Lost]:
        busy = {each.connection: each for each in self._workers if each.mutant}
        arrived = wait(list(busy), timeout=TIMEOUT_SECONDS)
        for connection in arrived or list(busy):
            each = busy[connection]  # type: ignore[index]
            mutant, each.mutant = each.mutant, None
            assert mutant is not None
            try:
                if not arrived:
                    raise TimeoutError
                yield each.connection.recv()
            except (EOFError, OSError) as error:
                self._replace(each)
                late = isinstance(error, TimeoutError)
                yield Lost(mutant.name, LATE if late else DIED)

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        own, other = context.Pipe()
        self._started += 1
        log = Path(self._folder.name) / f"worker-{self._started}.log"
        settings = Settings(self._template, self._arguments, self._verdicts, log)
        process = context.Process(target=worker.main, args=(other, settings), daemon=True)
        process.start()
        other.close()
        started = _Worker(process, own)
        self._workers.append(started)
        return started

    def _first_answer(self, each: _Worker) -> Ready:
        try:
            answer = each.connection.recv()
        except EOFError:
            raise CannotRunError("a worker ended before it had collected the tests") from None
        if isinstance(answer, str):
            raise CannotRunError(answer)
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
        if ready.baseline.red != self.ready.baseline.red:
            raise CannotRunError(
                "without any mutation the tests are red in one process and green in another: "
                f"{', '.join({*ready.baseline.red} ^ {*self.ready.baseline.red})}"
            )

    def _replace(self, each: _Worker) -> None:
        each.process.kill()
        each.process.join()
        self._workers.remove(each)
        self._check(self._first_answer(self._start()))
