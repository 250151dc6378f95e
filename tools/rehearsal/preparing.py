"""From a case to a commit, a sealed set, and the evidence of the levels."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from tools.local_stage import programs
from tools.local_stage.node import environment
from tools.rehearsal import evidence
from tools.rehearsal.corpus import Case, CorpusError
from tools.rehearsal.synthesis import Synthesizer
from tools.rehearsal.tree import Tree
from tools.release_gate.released_set import ReleasedSet
from tools.template import Template

UNCOMMITTED = "change without a commit"


@dataclass(frozen=True)
class Prepared:
    """A case that can be tried; everything about it is in `folder`."""

    case: Case
    commit: str
    released: ReleasedSet
    folder: Path


class StoppedError(Exception):
    """The rehearsal ends early."""


def prepare(
    case: Case,
    tree: Tree,
    synthesizer: Synthesizer,
    folder: Path,
    stop: Event,
) -> Prepared:
    """Commit a case, build its set, and run its levels; those that it does not run were good.

    Raises CorpusError, UndecidedError where there is no set, or StoppedError after `stop`.
    """
    folder.mkdir(parents=True)
    commit = tree.commit(case)
    if case.besides == UNCOMMITTED:
        (tree.folder / "notes.txt").write_text("not committed\n", encoding="utf-8")
    released = synthesizer.build(tree.folder, folder / "set")
    evidence.of_good_run(released, folder)
    if "staging" in case.to:
        (folder / "evidence" / "e2e-staging.json").unlink()
    for level in case.levels:
        _run_level(level, tree.folder, folder, stop)
    if case.proof:
        _run_proof(case.proof, tree.folder, folder, stop)
    prepared = Prepared(case, commit, released, folder)
    if case.besides in BESIDES:
        BESIDES[case.besides](prepared)
    return prepared


def _run(command: list[str], log: Path, root: Path, stop: Event) -> int:
    """Run a module of this Python in a tree; return its exit code. Raises StoppedError."""
    env = {name: value for name, value in environment().items() if not name.startswith("PYTEST_")}
    process = programs.start([sys.executable, "-m", *command], log=log, env=env, cwd=root)
    try:
        while process.poll() is None:
            if stop.wait(0.1):
                raise StoppedError
        return process.returncode
    finally:
        programs.end(process)


def _run_level(level: str, root: Path, folder: Path, stop: Event) -> None:
    """Run a level in the case's tree, and take its evidence in place of that of a good run."""
    (root / "build" / "evidence" / f"{level}.json").unlink(missing_ok=True)
    command = ["tools.level", f"tests_{level}", "-n", "auto", "-q", "-p", "no:cacheprovider"]
    _run(command, folder / f"level-{level}.log", root, stop)
    written = root / "build" / "evidence" / f"{level}.json"
    if not written.exists():
        raise CorpusError(f"tests_{level} wrote no evidence (log: {folder}/level-{level}.log)")
    written.replace(folder / "evidence" / f"{level}.json")


def _run_proof(mutant: str, root: Path, folder: Path, stop: Event) -> None:
    """Try the one mutant that is named; where it survives, the evidence of the level says so."""
    log = folder / "proof.log"
    command = ["tools.proof", "template", "--stage", "prod", "--only", mutant, "--jobs", "1"]
    code = _run(command, log, root, stop)
    if code == 1 and "surviv" in log.read_text(encoding="utf-8"):
        survivors = [{"stage": "prod", "mutant": mutant}]
        evidence.edit(folder / "mutation" / "infra.json", survivors=survivors)
    elif code:
        raise CorpusError(f"the proof ended with {code} (log: {log})")


def _edit_template(prepared: Prepared) -> None:
    file = Template.in_assembly(prepared.released.folder / "prod").file
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r'"MemorySize": \d+', '"MemorySize": 128', text), encoding="utf-8")


def _of_another_commit(prepared: Prepared) -> None:
    evidence.edit(prepared.folder / "evidence" / "unit.json", commit="0" * 40)


def _too_old(prepared: Prepared) -> None:
    time = datetime.now(UTC) - timedelta(days=2)
    evidence.edit(prepared.folder / "evidence" / "infra.json", time=time.isoformat())


BESIDES: dict[str, Callable[[Prepared], None]] = {
    "template edited after sealing": _edit_template,
    "unit tests ran on another commit": _of_another_commit,
    "infrastructure tests ran two days ago": _too_old,
}
