"""The time limit of a call, in the main thread and in any other."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import perf_counter, sleep
from typing import Any

import pytest

from lambda_function.deadline import Bounded

Run = Callable[[Callable[[], Any]], Any]


def here(call: Callable[[], Any]) -> Any:
    return call()


def elsewhere(call: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


EVERYWHERE = pytest.mark.parametrize("run", [here, elsewhere])


@EVERYWHERE
def test_the_result_of_a_call_in_time_is_returned(run: Run) -> None:
    bounded = Bounded(lambda a, b: a - b, 2)
    assert [run(partial(bounded, a=n, b=1)) for n in range(3)] == [-1, 0, 1]


@EVERYWHERE
def test_an_exception_of_the_call_is_raised(run: Run) -> None:
    def call(*, fail: bool) -> int:
        if fail:
            raise KeyError("own")
        return 7

    bounded = Bounded(call, 2)
    with pytest.raises(KeyError, match="own"):
        run(lambda: bounded(fail=True))
    assert run(lambda: bounded(fail=False)) == 7


@EVERYWHERE
def test_a_call_that_is_late_is_given_up(run: Run) -> None:
    def call(*, seconds: float) -> int:
        until = perf_counter() + seconds
        while perf_counter() < until:  # as if reading byte after byte
            with suppress(Exception):  # as a library may, on the way
                sleep(0.01)
        return 7

    bounded = Bounded(call, 0.1)
    started = perf_counter()
    with pytest.raises(TimeoutError):
        run(lambda: bounded(seconds=2))
    assert 0.09 < perf_counter() - started < 1.5
    assert run(lambda: bounded(seconds=0)) == 7  # not the late outcome, and not behind it


def test_the_main_thread_makes_the_call_itself() -> None:
    assert Bounded(threading.current_thread, 2)() is threading.main_thread()


def test_an_alarm_leaves_nothing_behind() -> None:
    rung = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda *_: rung.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        bounded = Bounded(lambda: signal.getitimer(signal.ITIMER_REAL)[0], 5)
        assert 4 < bounded() <= 5
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 0.3
        assert rung.wait(2)  # somebody else's alarm still rings for him
        assert bounded() > 4
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN, lambda *_: None])
def test_an_alarm_rings_whatever_was_set_before(before: Any) -> None:
    set_by_others = signal.signal(signal.SIGALRM, before)
    try:
        with pytest.raises(TimeoutError):
            Bounded(sleep_a_second, 0.05)()
        # setting a handler takes time: it stays, unless somebody else has one
        after = signal.getsignal(signal.SIGALRM)
        assert (after is before) == callable(before)
        with pytest.raises(TimeoutError):
            Bounded(sleep_a_second, 0.05)()
        assert signal.getsignal(signal.SIGALRM) is after
        assert Bounded(lambda: 7, 5)() == 7
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    finally:
        signal.signal(signal.SIGALRM, set_by_others)


def sleep_a_second() -> None:
    sleep(1)


def test_one_thread_serves_all_calls_of_another() -> None:
    bounded = Bounded(threading.get_ident, 2)
    threads = {elsewhere(bounded) for _ in range(5)}
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


def test_the_thread_of_a_late_call_ends() -> None:
    release = threading.Event()
    threads: list[threading.Thread] = []

    def call() -> None:
        threads.append(threading.current_thread())
        release.wait(2)

    with pytest.raises(TimeoutError):
        elsewhere(Bounded(call, 0.05))
    (thread,) = threads
    assert thread.daemon  # the process need not wait for it
    assert thread.is_alive()
    release.set()
    thread.join(2)
    assert not thread.is_alive()


def test_calls_from_many_threads_do_not_wait_for_each_other() -> None:
    meeting = threading.Barrier(3, timeout=2)
    bounded = Bounded(meeting.wait, 3)
    with ThreadPoolExecutor(3) as pool:
        met = [pool.submit(bounded) for _ in range(3)]
        assert sorted(one.result() for one in met) == [0, 1, 2]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_starts_a_thread_of_its_own() -> None:
    bounded = Bounded(os.getpid, 1)
    assert elsewhere(bounded) == os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if elsewhere(bounded) == os.getpid() else 1)
        except BaseException:  # noqa: BLE001 - pytest must not run on in the child
            os._exit(2)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
