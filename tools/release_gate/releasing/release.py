"""The order of a release, and the way back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.release_gate import released_set
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ROOT, ReleasedSet
from tools.release_gate.releasing import actions, storage
from tools.release_gate.releasing import stage as stages
from tools.release_gate.releasing.kept import LOCK_SECONDS, Kept, checks_of, identity
from tools.release_gate.releasing.stage import Stage
from tools.release_gate.releasing.steps import StepFailedError, Steps

RELEASED, REFUSED, BACK, STUCK = "released", "refused", "put back", "not put back"
OLD, NEW, NEITHER, NOTHING = "old", "new", "neither", "nothing"


@dataclass(frozen=True)
class Plan:
    """A set, the stages that it goes through in this order, and the settings of the release.

    `keep` is a folder, or an S3 URL, that holds what outlives the release.
    """

    candidate: ReleasedSet
    stages: Sequence[Stage]
    keep: Path | str
    evidence: Path
    watch_seconds: float = 300.0
    smoke_user: str = "smoke-user"
    resume: bool = False
    e2e_arguments: tuple[str, ...] = ()
    work: TemporaryDirectory[str] = field(
        default_factory=lambda: TemporaryDirectory(prefix="release-")
    )

    def kept(self, stage: Stage) -> Kept:
        """Return what is kept of a stage, with the credentials that deploy it."""
        where: storage.Storage
        if storage.is_url(str(self.keep)):
            client = stage.client("s3", stage.deploy_environment)
            where = storage.in_bucket(str(self.keep), stage.name, client)
        else:
            where = storage.Folder(Path(self.keep, stage.name))
        return Kept(stage.name, where, Path(self.work.name))


@dataclass(frozen=True)
class Outcome:
    """How a release ended: what was seen, what was put back, and what clients could have met."""

    decision: str
    stage: str
    seen: str = ""
    put_back: str = ""
    exposed_seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        return 0 if self.decision == RELEASED else 1

    def sentence(self) -> str:
        text = f"{self.decision}: {self.stage}"
        text += f": {self.seen}" if self.seen else ""
        if self.decision in (BACK, STUCK):
            text += f"; {self.put_back}; for {self.exposed_seconds:.0f} s clients could have met it"
        return text


def warnings(plan: Plan) -> Iterator[str]:
    """Say before the start where there is no way back, and where no lock holds others off."""
    for stage in plan.stages:
        if not stage.rehearses and plan.kept(stage).previous() is None:
            yield f"{stage.name}: no set is kept to go back to: a bad release stays until the next"
        if stage.on_aws and not storage.is_url(str(plan.keep)):
            yield (
                f"{stage.name}: --keep {plan.keep} locks out other releases of this machine alone;"
                " an S3 URL locks out all"
            )


def release(plan: Plan, steps: Steps) -> Outcome:
    """Take the set through every stage until one refuses it. Raises UndecidedError."""
    for stage in plan.stages:
        stages.belongs_to_account(stage, plan.candidate)
    with ExitStack() as locks:
        for stage in plan.stages:
            locks.enter_context(plan.kept(stage).locked(LOCK_SECONDS + plan.watch_seconds))
        for stage in plan.stages:
            outcome = _to(plan, steps, stage)
            if outcome.decision != RELEASED:
                return outcome
    return Outcome(RELEASED, " and ".join(stage.name for stage in plan.stages))


def _to(plan: Plan, steps: Steps, stage: Stage) -> Outcome:
    kept, deployed = plan.kept(stage), stages.read(stage)
    if deployed and deployed.in_progress:
        raise UndecidedError(f"{stage.stack_name}: {deployed.status}: wait until that is over")
    note = _interrupted(plan, kept, stage)
    if note and "seen" in note:
        return _back(plan, steps, stage, note["seen"], note["since"])
    if not (note and stages.holds(deployed, plan.candidate, stage)):
        try:
            _decide(plan, steps, stage, kept)
        except StepFailedError as seen:
            return Outcome(REFUSED, stage.name, str(seen))
        kept.begin(plan.candidate)
    started = time.time()
    try:
        _go(plan, steps, stage)
    except (StepFailedError, UndecidedError) as seen:  # what cannot be seen is not known to be good
        if stage.rehearses:
            _keep_what_was_tried(plan, stage, kept)
            kept.end()
            return Outcome(REFUSED, stage.name, f"{seen}; the stage stays as it is")
        return _back(plan, steps, stage, str(seen), started)
    kept.keep(plan.candidate)
    kept.end()
    return Outcome(RELEASED, stage.name)


def _keep_what_was_tried(plan: Plan, stage: Stage, kept: Kept) -> None:
    """Note that a stage holds the set that it refused: the next release must not see a drift."""
    with suppress(UndecidedError):
        if stages.holds(stages.read(stage), plan.candidate, stage):
            kept.keep(plan.candidate)


def _interrupted(plan: Plan, kept: Kept, stage: Stage) -> dict[str, Any] | None:
    """Return the note of an interrupted release of this very set, which passed the gate."""
    note = kept.underway()
    if not plan.resume or note is None:
        return None
    if note["set"] != identity(plan.candidate):
        raise UndecidedError(f"{stage.name}: the release of commit {note['commit']} is underway")
    return note


def _decide(plan: Plan, steps: Steps, stage: Stage, kept: Kept) -> None:
    previous = kept.previous()
    last = previous.folder if previous else None
    actions.gate(steps, stage, plan.candidate, kept=last, evidence=plan.evidence)
    if stages.read(stage):
        actions.alarms_are_quiet(steps, stage)
        actions.place_smoke_user(steps, stage, plan.smoke_user)


def _go(plan: Plan, steps: Steps, stage: Stage) -> None:
    actions.deploy(steps, stage, plan.candidate)
    actions.place_smoke_user(steps, stage, plan.smoke_user)
    if stage.rehearses:
        actions.e2e(
            steps,
            stage,
            user_id=plan.smoke_user,
            evidence=plan.evidence,
            arguments=plan.e2e_arguments,
        )
    else:
        actions.smoke(steps, stage, user_id=plan.smoke_user, checks=ROOT)
        actions.watch(steps, stage, plan.watch_seconds)


def _back(plan: Plan, steps: Steps, stage: Stage, seen: str, started: float) -> Outcome:
    """Deploy the previous set, unless CloudFormation went back itself; prove that it serves."""
    kept = plan.kept(stage)
    try:
        previous = kept.previous()
        deployed = stages.read(stage)
        if previous is None:
            how = "no set is kept to go back to"
            return Outcome(STUCK, stage.name, seen, how, time.time() - started)
        kept.goes_back(seen)
        if deployed and deployed.rolled_back and stages.holds(deployed, previous, stage):
            how = f"CloudFormation put commit {previous.commit} back itself"
        else:
            actions.deploy(steps, stage, previous, what="put back")
            how = f"commit {previous.commit} was put back"
        exposed = time.time() - started
        actions.smoke(
            steps,
            stage,
            user_id=plan.smoke_user,
            checks=checks_of(previous),
            what="smoke of previous",
        )
        kept.end()
        return Outcome(BACK, stage.name, seen, f"{how}, and its smoke tests pass", exposed)
    except (StepFailedError, UndecidedError) as worse:
        return Outcome(STUCK, stage.name, seen, str(worse), time.time() - started)


def status(plan: Plan) -> Iterator[tuple[Stage, str, str]]:
    """Yield each stage with old, new, neither or nothing, and a sentence, by reading it back."""
    for stage in plan.stages:
        deployed, previous = stages.read(stage), plan.kept(stage).previous()
        note = plan.kept(stage).underway()
        rest = f"; the release of commit {note['commit']} was not finished" if note else ""
        if deployed is None:
            yield stage, NOTHING, f"no stack{rest}"
        elif stages.holds(deployed, plan.candidate, stage):
            yield stage, NEW, f"commit {plan.candidate.commit}, {deployed.status}{rest}"
        elif previous and stages.holds(deployed, previous, stage):
            yield stage, OLD, f"commit {previous.commit}, {deployed.status}{rest}"
        else:
            yield stage, NEITHER, f"{deployed.status}, of another set{rest}"


def load(folder: Path) -> ReleasedSet:
    """Read the set to release. Raises UndecidedError."""
    return released_set.load(folder)
