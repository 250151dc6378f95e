"""Runs the collected tests on each mutant, in forked processes, and notes who killed it."""

from __future__ import annotations

import gc
import os
import selectors
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import NoReturn

import pytest
from _pytest.nodes import Node
from _pytest.runner import runtestprotocol
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests_unit import conftest
from tools.proof.function.mutants import Key, Mutant

KILLED, SURVIVED, TIMEOUT, UNTESTED = "killed", "survived", "timeout", "untested"
_GRACE_SECONDS = 20
# What weighs, in seconds of a test: a test that calls few functions notices more of each, and
# one more case of the same test notices little more.
_BREADTH = 0.002
_SAMENESS = 0.02


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant; `test` is the node id of the first test that failed."""

    mutant: Mutant
    status: str
    test: str | None = None


@dataclass
class Seen:
    """What one test did on the unchanged code: the functions it called, and its seconds."""

    item: pytest.Item
    functions: set[str]
    seconds: float = 0.0


@dataclass
class Replay:
    """A pytest plugin: in place of running the tests once, runs them on every mutant."""

    mutants: Sequence[Mutant]
    jobs: int
    named: Mapping[str, Key]  # promise -> the mutant that is to prove it
    red: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    # promise -> its mutant, and a test of its own that kills it
    proofs: dict[str, Verdict] = field(default_factory=dict)
    # what runs when a handler is loaded
    _of_start: set[str] = field(default_factory=set)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Baseline, then every mutant, then what is left to show of the promises."""
        if session.testsfailed:  # to be collected
            return True
        self._of_start = _functions_of_a_start()
        seen = self._baseline(session.items)
        if self.red:
            return True
        for verdict in self._judge(self._work(seen)):
            self.verdicts.append(verdict)
            _progress(len(self.verdicts), len(self.mutants), self.verdicts)
        self._prove(seen)
        return True

    def _work(self, seen: Sequence[Seen]) -> list[tuple[Mutant, list[Seen]]]:
        """Each mutant with the tests that call its function, the likeliest quick kill first."""
        ordered = _ordered(seen)
        return [
            (mutant, [one for one in ordered if mutant.function in one.functions])
            for mutant in self.mutants
        ]

    def _judge(self, work: Iterable[tuple[Mutant, list[Seen]]]) -> Iterator[Verdict]:
        return _judge(work, self.jobs, self._of_start)

    def _baseline(self, items: Sequence[pytest.Item]) -> list[Seen]:
        """Run every test on the unchanged code; session fixtures stay for the mutants."""
        seen = []
        last = _package(items[-1])
        _run(
            items[0], _package(items[0])
        )  # makes the session's fixtures, which no test is charged for
        for item, following in zip(items, [*items[1:], last], strict=True):
            state()._stats.clear()
            reports = _run(item, following)
            self.red += [report.nodeid for report in reports if report.failed]
            seconds = sum(report.duration for report in reports)
            seen.append(Seen(item, set(state()._stats), seconds))
        set_mutant_under_test("")
        self._share_out(seen)
        # else every search for garbage in a forked process would copy the whole memory
        gc.freeze()
        return seen

    def _share_out(self, seen: Sequence[Seen]) -> None:
        """What one test did for others, all of them are charged with."""
        together = [one for one in seen if "outcomes" in _fixtures(one)]
        for one in together:
            one.seconds = max(other.seconds for other in together)
            one.functions = set().union(*(other.functions for other in together))
        for one in seen:
            if _fixtures(one) & {"handler", "handler_on_fake", "outcomes", "table"}:
                one.functions |= self._of_start

    def _prove(self, seen: Sequence[Seen]) -> None:
        """Run the mutant named for each promise on the promise's own tests."""
        for promise, key in self.named.items():
            own = [one for one in seen if promise in _promises(one.item)]
            meant = [(mutant, tests) for mutant, tests in self._work(own) if mutant.key == key]
            for verdict in self._judge(meant):
                if verdict.status == KILLED:
                    self.proofs[promise] = verdict


def _functions_of_a_start() -> set[str]:
    set_mutant_under_test("stats")
    os.environ["MUTMUT_DEPENDENCY_DEPTH"] = "-1"
    conftest.load_handler()
    return set(state()._stats)


def _run(item: pytest.Item, following: Node) -> list[pytest.TestReport]:
    # `following` is only asked for its chain of parents: their fixtures are kept
    return runtestprotocol(item, log=False, nextitem=following)  # type: ignore[arg-type]


def _package(item: pytest.Item) -> Node:
    module = item.getparent(pytest.Module)
    assert module is not None
    assert module.parent is not None
    return module.parent


def _ordered(seen: Sequence[Seen]) -> list[Seen]:
    cases: Counter[str] = Counter()
    weighed: list[tuple[float, int, Seen]] = []
    by_cost = sorted(seen, key=lambda one: one.seconds + _BREADTH * len(one.functions))
    for number, one in enumerate(by_cost):
        name = one.item.nodeid.partition("[")[0]
        cost = one.seconds + _BREADTH * len(one.functions) + _SAMENESS * cases[name]
        weighed.append((cost, number, one))
        cases[name] += 1
    return [one for _, _, one in sorted(weighed)]


def _fixtures(one: Seen) -> set[str]:
    return set(getattr(one.item, "fixturenames", ()))


def _promises(item: pytest.Item) -> set[str]:
    return {promise for mark in item.iter_markers("promise") for promise in mark.args}


@dataclass(frozen=True)
class _Child:
    mutant: Mutant
    tests: Sequence[Seen]
    pid: int
    until: float


def _judge(
    work: Iterable[tuple[Mutant, list[Seen]]], jobs: int, of_start: set[str]
) -> Iterator[Verdict]:
    """Verdicts as they come; closing the iterator ends what still runs."""
    waiting = iter(work)
    running: dict[int, _Child] = {}
    # whoever killed one mutant of a function is asked first about the others
    killers: defaultdict[str, set[str]] = defaultdict(set)
    with selectors.DefaultSelector() as selector:
        try:
            while True:
                while len(running) < jobs and (task := next(waiting, None)):
                    if not task[1]:
                        yield Verdict(task[0], UNTESTED)
                        continue
                    mutant, tests = task
                    known = killers[mutant.function]
                    tests.sort(key=lambda one: one.item.nodeid not in known)
                    pipe, child = _fork(mutant, tests, anew=mutant.function in of_start)
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


def _fork(mutant: Mutant, tests: Sequence[Seen], *, anew: bool) -> tuple[int, _Child]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        if anew:
            conftest.handler_with.cache_clear()
        _be_mutant(mutant, tests, writing)
    os.close(writing)
    limit = _GRACE_SECONDS + 3 * sum(one.seconds for one in tests if one.seconds < 1)
    return reading, _Child(mutant, tests, pid, monotonic() + limit)


def _be_mutant(mutant: Mutant, tests: Sequence[Seen], writing: int) -> NoReturn:
    """Run the tests until one fails, and write its number."""
    killer = b""
    try:
        gc.disable()
        set_mutant_under_test(mutant.name)
        items = [one.item for one in tests]
        for number, item in enumerate(items):
            following = items[number + 1] if number + 1 < len(items) else _package(item)
            if any(report.failed for report in _run(item, following)):
                killer = str(number).encode()
                break
    except BaseException:  # noqa: BLE001 - a crash of the mutant kills it, whatever it raised
        killer = str(number).encode()
    os.write(writing, killer or b"-")
    os._exit(0)


def _verdict(pipe: int, child: _Child, *, late: bool) -> Verdict:
    if late:
        os.kill(child.pid, signal.SIGKILL)
    said = b"" if late else os.read(pipe, 16)
    os.close(pipe)
    os.waitpid(child.pid, 0)
    if late:
        return Verdict(child.mutant, TIMEOUT)
    if said == b"-":
        return Verdict(child.mutant, SURVIVED)
    number = int(said) if said else 0  # it died without a word
    return Verdict(child.mutant, KILLED, child.tests[number].item.nodeid)


def _progress(done: int, total: int, verdicts: Sequence[Verdict]) -> None:
    if not sys.stderr.isatty() and done % 100 and done != total:
        return
    alive = sum(verdict.status in (SURVIVED, UNTESTED) for verdict in verdicts)
    end = "" if sys.stderr.isatty() and done != total else "\n"
    print(f"\rmutants {done}/{total}, {alive} not killed", end=end, file=sys.stderr, flush=True)
