"""A time limit for what no socket timeout bounds: an answer that drips.

Lambda calls the handler in the main thread, where an alarm costs next to nothing. Any other
thread has no alarms: there the call runs in a thread of its own, at a tenth of a request's time.
"""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from signal import ITIMER_REAL, SIGALRM, getsignal, setitimer, signal
from threading import Thread, current_thread, main_thread
from typing import Any, NoReturn

Call = Callable[..., Any]


class Bounded:
    """A call with a time limit in seconds."""

    def __init__(self, call: Call, seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._idle: list[_Worker] = []

    def __call__(self, **arguments: object) -> Any:
        """The call's result or exception. Raises TimeoutError where it takes too long."""
        if current_thread() is main_thread():
            return self._with_alarm(arguments)
        return self._in_thread(arguments)

    def _with_alarm(self, arguments: dict[str, object]) -> Any:
        handler = getsignal(SIGALRM)
        if handler is not _late:  # else it stands from the last call: setting it takes time
            signal(SIGALRM, _late)
        timer = setitimer(ITIMER_REAL, self._seconds)
        try:
            return self._call(**arguments)
        except _Late:
            raise TimeoutError from None
        finally:
            setitimer(ITIMER_REAL, 0)
            if callable(handler) and handler is not _late:  # somebody else's
                signal(SIGALRM, handler)
                setitimer(ITIMER_REAL, *timer)

    def _in_thread(self, arguments: dict[str, object]) -> Any:
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


class _Late(BaseException):
    """No Exception, so that no library on the way takes it for one that it may handle."""


def _late(*_: object) -> NoReturn:
    raise _Late


class _Worker(Thread):
    """A thread that makes the call for others, again and again."""

    def __init__(self, call: Call) -> None:
        super().__init__(daemon=True)
        self._call = call
        self.jobs: SimpleQueue[dict[str, object] | None] = SimpleQueue()
        self.outcomes: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
        self.start()

    def run(self) -> None:
        """Make calls until there is None to make."""
        while (arguments := self.jobs.get()) is not None:
            try:
                self.outcomes.put((self._call(**arguments), None))
            except Exception as error:  # noqa: BLE001 - the caller raises it
                self.outcomes.put((None, error))
