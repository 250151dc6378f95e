"""A time limit for what no socket timeout bounds: name look-ups, answers that drip."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any


class Bounded:
    """A call with a time limit. It runs in a thread, which serves the next call too."""

    def __init__(self, call: Callable[..., Any], seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._idle: list[_Worker] = []

    def __call__(self, **arguments: object) -> Any:
        """The call's result or exception. Raises TimeoutError where it takes too long."""
        worker = self._worker()
        worker.jobs.put(arguments)
        try:
            result, error = worker.outcomes.get(timeout=self._seconds)
        except Empty:
            worker.jobs.put(None)  # nobody waits for the late outcome: the thread ends with it
            raise TimeoutError from None
        self._idle.append(worker)
        if error is not None:
            raise error
        return result

    def _worker(self) -> "_Worker":
        try:
            worker = self._idle.pop()
        except IndexError:
            return _Worker(self._call)
        # a forked process inherits the list, but not the threads
        return worker if worker.is_alive() else self._worker()


class _Worker(Thread):
    def __init__(self, call: Callable[..., Any]) -> None:
        super().__init__(daemon=True)
        self._call = call
        self.jobs: SimpleQueue[dict[str, object] | None] = SimpleQueue()
        self.outcomes: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while (arguments := self.jobs.get()) is not None:
            try:
                self.outcomes.put((self._call(**arguments), None))
            except Exception as error:  # noqa: BLE001 - the caller raises it
                self.outcomes.put((None, error))
