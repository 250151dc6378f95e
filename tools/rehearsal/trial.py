"""Tries a prepared case: the gate checks it, or a release takes it to staging and prod."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.local_stage import programs
from tools.rehearsal import evidence
from tools.rehearsal.accounts import Accounts
from tools.rehearsal.corpus import BACK, REFUSED, RELEASED, UNDECIDED, Case
from tools.rehearsal.preparing import Prepared
from tools.rehearsal.tree import Tree
from tools.release_gate import checking
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ReleasedSet
from tools.release_gate.verdict import RELEASE

PATIENCE = 30.0  # for a release that is ended to leave its stage old or new
# What happens while a step of the release runs.
ALARM_BEFORE, ALARM_LATER = "alarm of prod rings before", "alarm of prod rings after its deployment"


@dataclass(frozen=True)
class Seen:
    """What became of a case."""

    decision: str
    reason: str = ""
    exposed_seconds: float = 0.0

    def problem(self, case: Case) -> str:
        """Return what was expected and what was seen, where these differ."""
        same = self.reason == case.reason if not case.to else case.reason in self.reason
        if self.decision == case.decision and (same or case.good):
            return ""
        expected = f"{case.decision} ({case.reason})" if case.reason else case.decision
        seen = f"{self.decision} ({self.reason})" if self.reason else self.decision
        return f"{case.name}: expected: {expected}; seen: {seen}"


def check(prepared: Prepared, base: ReleasedSet) -> Seen:
    """Let the gate compare a case with the base, as prod has it."""
    request = checking.Request(
        candidate=prepared.released.folder,
        stage="prod",
        deployed=base.folder,
        evidence=prepared.folder,
    )
    try:
        verdict = checking.check(request)
    except UndecidedError as problem:
        text = str(problem).replace(f"{prepared.released.folder}/", "")
        return Seen(UNDECIDED, text.partition(": ")[2])
    found = ", ".join(sorted({finding.id for finding in verdict.refused}))
    return Seen(RELEASED if verdict.decision == RELEASE else REFUSED, found)


def release(prepared: Prepared, accounts: Accounts, tree: Tree) -> Seen:
    """Release a case by the command that a workflow runs, in a tree of its commit."""
    case, user = prepared.case, f"between-{prepared.case.name}"
    tree.check_out(prepared.commit)
    passed = {test: {"outcome": "passed"} for test in accounts.e2e_tests(tree.folder)}
    evidence.edit(prepared.folder / "evidence" / "e2e-local.json", tests=passed)
    accounts.write_user(user)
    if case.besides == ALARM_BEFORE:
        accounts.ring("prod")
    code = _command(prepared, accounts, tree)
    accounts.be_quiet()
    seen = verdict(prepared.folder / "release", code)
    expected = prepared.released if seen.decision == RELEASED else accounts.base
    problem = accounts.problem(expected, user)
    if seen.decision == BACK and not seen.exposed_seconds:
        problem = "it does not say for how long"
    if seen.decision == RELEASED or problem or seen.problem(case):
        accounts.put_base_back()
    return Seen(f"{seen.decision}, but {problem}", seen.reason) if problem else seen


def _command(prepared: Prepared, accounts: Accounts, tree: Tree) -> int:
    case, log = prepared.case, prepared.folder / "release.log"
    words = ["tools.release_gate", "release", str(prepared.released.folder.resolve())]
    words += ["--to", ",".join(case.to), "--watch", "0", *accounts.options(*case.to)]
    words += ["--keep", str(accounts.keep.resolve())]
    words += ["--evidence", str(prepared.folder.resolve())]
    words += ["--output", str((prepared.folder / "release").resolve())]
    words += [f"--e2e-arguments={case.e2e}"] if case.e2e else []
    command = [sys.executable, "-m", *words]
    process = programs.start(command, log=log, env=accounts.environment, cwd=tree.folder)
    try:
        rings = case.besides == ALARM_LATER
        while process.poll() is None:
            if rings and "smoke prod (log" in log.read_text(encoding="utf-8"):
                accounts.ring("prod")
                rings = False
            time.sleep(0.1)
        return process.returncode
    finally:
        programs.end(process, within=PATIENCE)


def verdict(folder: Path, code: int) -> Seen:
    """Read how a release ended."""
    files = list(folder.glob("*/release-verdict.json"))
    if not files or code not in (0, 1):
        return Seen(UNDECIDED, programs.last_words(folder.with_name("release.log")))
    content: dict[str, Any] = json.loads(files[0].read_text(encoding="utf-8"))
    reason = _findings(files[0].parent, content["seen"])
    return Seen(content["decision"], reason, content["exposed_seconds"])


def _findings(folder: Path, seen: str) -> str:
    """Return what a release saw; where it was the gate that refused, with what it found."""
    step = seen.partition(":")[0]
    file = folder / step.replace(" ", "-") / "verdict.json"
    if not step.startswith("gate ") or not file.exists():
        return seen
    findings = json.loads(file.read_text(encoding="utf-8"))["findings"]
    return f"{step}: " + ", ".join(sorted({f"{f['id']} ({f['construct']})" for f in findings}))
