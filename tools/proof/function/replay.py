"""Finds which test calls which function, and runs these tests on every mutant."""

from __future__ import annotations

import gc
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests_unit import conftest
from tools.proof.function.forks import Traced, Verdict, judge
from tools.proof.function.mutants import Mutant
from tools.proof.shared.command import CannotRunError
from tools.proof.shared.named import Named
from tools.proof.shared.progress import progress
from tools.proof.shared.suite import Suite, definitions_of, function_of, promises_of

# What counts, in seconds of a test: a test that calls few functions notices more of each, and
# one more case of the same test notices little more.
_BREADTH = 0.002
_SAMENESS = 0.02
_LONG = 1.0


@dataclass
class Replay:
    """Runs the collected tests on every mutant, instead of once."""

    mutants: Sequence[Mutant]
    jobs: int
    named: Sequence[Named]  # the mutants that are to prove the promises
    likely: Mapping[str, str]  # the test that killed a mutant in the last run
    verdicts: list[Verdict] = field(default_factory=list)
    # what became of the mutants named for each promise, on its own tests alone
    proofs: list[tuple[Named, Verdict]] = field(default_factory=list)

    def serve(self, suite: Suite) -> None:
        """Run the unchanged code, then every mutant, then the mutants named for promises."""
        at_start = _functions_of_a_start()
        traced = _ordered(_traced(suite, at_start))
        # otherwise every garbage collection in a forked process would copy the whole memory
        gc.freeze()

        def verdicts(
            mutants: Iterable[Mutant], tests: Sequence[Traced], likely: Mapping[str, str]
        ) -> Iterator[Verdict]:
            def of_mutant(mutant: Mutant) -> list[Traced]:
                return [test for test in tests if mutant.function in test.functions]

            return judge(suite, mutants, of_mutant, self.jobs, at_start=at_start, likely=likely)

        with progress("mutants of the function", len(self.mutants)) as advance:
            for verdict in verdicts(self.mutants, traced, self.likely):
                self.verdicts.append(verdict)
                advance(len(self.verdicts))
        # By name, so that the page of promises stays the same; what waits for a table comes last.
        by_name = sorted(traced, key=lambda test: (test.seconds > _LONG, test.item.nodeid))
        for proof in self.named:
            own = [test for test in by_name if proof.promise in promises_of(test.item)]
            meant = [mutant for mutant in self.mutants if mutant.keys == proof.keys]
            self.proofs += [(proof, verdict) for verdict in verdicts(meant, own, {})]


def _functions_of_a_start() -> set[str]:
    """Start counting calls, and give the functions that run when a handler is loaded."""
    set_mutant_under_test("stats")
    os.environ["MUTMUT_DEPENDENCY_DEPTH"] = "-1"
    conftest.load_handler()
    return set(state()._stats)


def _traced(suite: Suite, at_start: set[str]) -> list[Traced]:
    """Run every test on the unchanged code; fixtures of the session stay for the mutants."""
    suite.run(suite.items[0])  # no test is charged with the session's fixtures
    traced, red = [], []
    for item in suite.items:
        state()._stats.clear()
        reports = suite.run(item)
        red += [report.nodeid for report in reports if report.failed]
        seconds = sum(report.duration for report in reports)
        traced.append(Traced(item, set(state()._stats), seconds))
    suite.tear_down(suite.session)
    set_mutant_under_test("")
    if red:
        raise CannotRunError("these tests fail on the unchanged code: " + ", ".join(red[:5]))
    _share(traced, at_start)
    return traced


def _share(traced: Sequence[Traced], at_start: set[str]) -> None:
    """Charge every test with what another test may have done for it.

    That is to set up a fixture of their module, and to load the handler that they share.
    """
    together: defaultdict[object, list[Traced]] = defaultdict(list)
    for test in traced:
        for definition in definitions_of(test.item):
            if definition.scope == "module":
                together[definition].append(test)
    for tests in together.values():
        functions = set().union(*(test.functions for test in tests))
        seconds = max(test.seconds for test in tests)
        for test in tests:
            test.functions, test.seconds = functions, seconds
    for test in traced:
        test.functions = test.functions | at_start


def _ordered(traced: Iterable[Traced]) -> list[Traced]:
    """Put the tests first that notice much of a function in a short time."""
    cases: Counter[str] = Counter()
    weighed: list[tuple[float, int, Traced]] = []
    by_cost = sorted(traced, key=lambda test: test.seconds + _BREADTH * len(test.functions))
    for number, test in enumerate(by_cost):
        name = function_of(test.item.nodeid)
        cost = test.seconds + _BREADTH * len(test.functions) + _SAMENESS * cases[name]
        weighed.append((cost, number, test))
        cases[name] += 1
    return [test for _, _, test in sorted(weighed)]
