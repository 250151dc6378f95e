"""The order of a rehearsal: one thread prepares and checks cases while another releases them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from tools.rehearsal import trial
from tools.rehearsal.accounts import accounts
from tools.rehearsal.corpus import UNDECIDED, Case, CorpusError
from tools.rehearsal.preparing import Prepared, prepare
from tools.rehearsal.synthesis import Synthesizer, synthesizer
from tools.rehearsal.tree import Tree, copied
from tools.rehearsal.trial import Seen
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ReleasedSet


@dataclass(frozen=True)
class Result:
    """A case that has been tried; `problem` is empty where it became what it must."""

    case: Case
    seen: Seen
    seconds: float
    folder: Path

    @property
    def problem(self) -> str:
        return self.seen.problem(self.case)


@dataclass
class Rehearsal:
    """Tries cases in a new folder; `done` takes each result, `report` what begins."""

    folder: Path
    done: Callable[[Result], None]
    report: Callable[[str], None]
    stop: Event = field(default_factory=Event)

    def run(self, cases: Sequence[Case]) -> None:
        """Raises CorpusError before anything else where a patch does not apply."""
        tree = copied(self.folder / "prepared")
        if drifted := tree.drifted(cases):
            raise CorpusError("\n".join(drifted))
        with synthesizer(self.folder / "synthesis.log") as program:
            self.report("building the base")
            tree.check_out(tree.base)
            base = program.build(tree.folder, self.folder / "base")
            with ThreadPoolExecutor(max_workers=1) as executor:
                try:
                    self._try(cases, tree, program, base, executor)
                except BaseException:
                    self.stop.set()
                    program.process.kill()
                    executor.shutdown(wait=False, cancel_futures=True)
                    raise

    def _try(
        self,
        cases: Sequence[Case],
        tree: Tree,
        program: Synthesizer,
        base: ReleasedSet,
        executor: ThreadPoolExecutor,
    ) -> None:
        releases = {
            case: executor.submit(self._prepare, case, tree, program) for case in cases if case.to
        }
        checks = [
            executor.submit(self._check, case, tree, program, base) for case in cases if not case.to
        ]
        if releases:
            self._release(releases, tree.beside(self.folder / "released"), base)
        for check in checks:
            check.result()

    def _prepare(self, case: Case, tree: Tree, program: Synthesizer) -> Prepared | Seen:
        try:
            return prepare(case, tree, program, self.folder / case.name, self.stop)
        except UndecidedError as problem:
            return Seen(UNDECIDED, str(problem))

    def _check(self, case: Case, tree: Tree, program: Synthesizer, base: ReleasedSet) -> None:
        started = time.monotonic()
        prepared = self._prepare(case, tree, program)
        seen = trial.check(prepared, base) if isinstance(prepared, Prepared) else prepared
        self._note(case, seen, started)

    def _release(
        self, releases: dict[Case, Future[Prepared | Seen]], tree: Tree, base: ReleasedSet
    ) -> None:
        with accounts(base, self.folder / "accounts", self.report) as both:
            for case, prepared_later in releases.items():
                self.report(f"releasing {case.name}")
                started = time.monotonic()
                prepared = prepared_later.result()
                if isinstance(prepared, Prepared):
                    self._note(case, trial.release(prepared, both, tree), started)
                else:
                    self._note(case, prepared, started)

    def _note(self, case: Case, seen: Seen, started: float) -> None:
        seconds = round(time.monotonic() - started, 1)
        self.done(Result(case, seen, seconds, self.folder / case.name))
