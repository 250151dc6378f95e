"""The time limit of a call."""

from __future__ import annotations

import os
import threading
from time import perf_counter

import pytest

from lambda_function.deadline import Bounded


def test_the_result_of_a_call_in_time_is_returned() -> None:
    bounded = Bounded(lambda a, b: a - b, 2)
    assert [bounded(a=n, b=1) for n in range(3)] == [-1, 0, 1]


def test_one_thread_serves_all_calls() -> None:
    bounded = Bounded(threading.get_ident, 2)
    threads = {bounded() for _ in range(5)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_an_exception_of_the_call_is_raised_and_the_thread_survives() -> None:
    calls = []

    def call(*, fail: bool) -> int:
        calls.append(threading.get_ident())
        if fail:
            raise KeyError("own")
        return 7

    bounded = Bounded(call, 2)
    with pytest.raises(KeyError, match="own"):
        bounded(fail=True)
    assert bounded(fail=False) == 7
    assert calls[0] == calls[1]


def test_a_call_that_is_late_is_given_up_and_its_thread_ends() -> None:
    release = threading.Event()
    threads: list[threading.Thread] = []

    def call(*, wait: bool) -> int:
        threads.append(threading.current_thread())
        if wait:
            release.wait(2)
        return 7

    bounded = Bounded(call, 0.05)
    started = perf_counter()
    with pytest.raises(TimeoutError):
        bounded(wait=True)
    assert perf_counter() - started < 2
    assert bounded(wait=False) == 7  # not the late call's outcome, and not behind it
    assert threads[0] is not threads[1]
    assert threads[0].daemon  # the process need not wait for it
    release.set()
    threads[0].join(5)
    assert not threads[0].is_alive()


def test_calls_from_many_threads_do_not_wait_for_each_other() -> None:
    meeting = threading.Barrier(3, timeout=3)
    bounded = Bounded(meeting.wait, 4)
    callers = [threading.Thread(target=bounded) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(3)
    assert not meeting.broken
    assert not any(caller.is_alive() for caller in callers)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_starts_a_thread_of_its_own() -> None:
    bounded = Bounded(os.getpid, 2)
    assert bounded() == os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if bounded() == os.getpid() else 1)
        except TimeoutError:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
