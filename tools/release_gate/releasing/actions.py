"""What a release does to a stage. Each function is one step, and raises when it is not good."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from botocore.exceptions import ClientError

from contract import smoke_user
from tools.evidence import FOLDER as EVIDENCE
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ROOT, ReleasedSet
from tools.release_gate.releasing import stage as stages
from tools.release_gate.releasing.stage import Stage
from tools.release_gate.releasing.steps import StepFailedError, Steps

ALARM_SECONDS = 10.0  # between two looks at the alarms
# No smoke test needs these plugins of pytest.
LIGHT = ("-p", "no:evidence", "-p", "no:hypothesispytest")
QUIET = ("-q", "-p", "no:cacheprovider")


def gate(
    steps: Steps, stage: Stage, candidate: ReleasedSet, *, kept: Path | None, evidence: Path
) -> None:
    """Let the gate decide about the stage, against what is deployed and what was last released."""
    words = ["tools.release_gate", "check", "--candidate", str(candidate.folder)]
    words += ["--stage", stage.name, "--evidence", str(evidence)]
    words += ["--output", str(steps.folder / f"gate-{stage.name}")]
    if stages.read(stage):
        words += ["--stack-name", stage.stack_name]
        words += ["--deployed", str(kept)] if kept else []
    steps.run(f"gate {stage.name}", words, env=stage.verify_environment, cwd=ROOT)


def alarms_are_quiet(steps: Steps, stage: Stage) -> None:
    """A stage whose alarm rings already could not show that a release is bad."""
    with steps.step(f"alarms {stage.name}") as log:
        _quiet(stage, log)


def deploy(steps: Steps, stage: Stage, released: ReleasedSet, *, what: str = "deploy") -> None:
    """Deploy the sealed assembly of a set, and check that the stack has its template then."""
    copy = steps.folder / f"{len(steps.done) + 1:02}-assembly"
    shutil.copytree(released.folder / stage.name, copy)  # the CDK CLI writes to it
    words = ["tools.cdk", "deploy", stage.stack_name, "--app", str(copy.resolve())]
    words += ["--require-approval", "never", "--no-color", "--no-notices", "--progress", "events"]
    steps.run(f"{what} {stage.name}", words, env=stage.deploy_environment, cwd=ROOT)
    with steps.step(f"read back {stage.name}") as log:
        deployed = stages.read(stage)
        status = deployed.status if deployed else "no stack"
        log.write_text(f"{status}\n", encoding="utf-8")
        if not deployed or not deployed.settled or deployed.rolled_back:
            raise StepFailedError(f"{stage.stack_name}: {status} (log: {log})")
        if not stages.holds(deployed, released, stage):
            raise StepFailedError(
                f"{stage.stack_name}: its template is not that of the set (log: {log})"
            )


def place_smoke_user(steps: Steps, stage: Stage, user_id: str) -> None:
    """Put the synthetic user into the table of a stage that has none."""
    with steps.step(f"smoke user {stage.name}") as log:
        deployed = stages.read(stage)
        table = deployed.outputs["TableName"] if deployed else ""
        dynamodb, item = stage.client("dynamodb"), smoke_user.stored(user_id)
        try:
            if "Item" in dynamodb.get_item(TableName=table, Key={"userId": {"S": user_id}}):
                log.write_text("is there\n", encoding="utf-8")
                return
            dynamodb.put_item(
                TableName=table, Item=item, ConditionExpression="attribute_not_exists(userId)"
            )
        except ClientError as error:
            raise UndecidedError(
                f"{table} has no user {user_id!r}, and these credentials may not put it there"
                f" ({error.response['Error']['Code']}): see docs/releasing.md"
            ) from None
        log.write_text("put there\n", encoding="utf-8")


def e2e(
    steps: Steps, stage: Stage, *, user_id: str, evidence: Path, arguments: tuple[str, ...] = ()
) -> None:
    """Run the whole suite on the stage, for the evidence that the next stage demands."""
    words = [*_pytest(stage, user_id), "-n", "auto", *arguments]
    steps.run(f"e2e {stage.name}", words, env=_tester(stage), cwd=ROOT)
    hand_over(stage, evidence)


def hand_over(stage: Stage, evidence: Path) -> None:
    """Put what the suite has written beside the evidence of the other levels."""
    written, wanted = ROOT / EVIDENCE, evidence.resolve() / "evidence"
    if written != wanted:
        wanted.mkdir(parents=True, exist_ok=True)
        shutil.copy(written / f"e2e-{stage.name}.json", wanted)


def smoke(steps: Steps, stage: Stage, *, user_id: str, checks: Path, what: str = "smoke") -> None:
    """Run the smoke tests that `checks` holds, the tests of the set that is deployed."""
    words = [*_pytest(stage, user_id), "-m", "smoke", "-x", *LIGHT]
    steps.run(f"{what} {stage.name}", words, env=_tester(stage), cwd=checks)


def watch(steps: Steps, stage: Stage, seconds: float) -> None:
    """Look at the alarms of the stack until the time is over."""
    end = time.monotonic() + seconds
    with steps.step(f"watch {stage.name} for {seconds:.0f} s") as log:
        _quiet(stage, log)
        while time.monotonic() < end:
            time.sleep(min(ALARM_SECONDS, max(0.0, end - time.monotonic())))
            _quiet(stage, log)


def _quiet(stage: Stage, log: Path) -> None:
    names = stages.ringing(stage)
    with log.open("a", encoding="utf-8") as output:
        output.write(f"ringing: {', '.join(names) or 'none'}\n")
    if names:
        raise StepFailedError(f"{stage.name}: an alarm rings: {', '.join(names)} (log: {log})")


def _pytest(stage: Stage, user_id: str) -> list[str]:
    deployed = stages.read(stage)
    url = stage.url or (deployed.outputs["Url"] if deployed else "")
    bundle = stage.verify_environment.get("AWS_CA_BUNDLE")
    return [
        *("pytest", "tests_e2e", "--stage-url", url, "--stage-name", stage.name, *QUIET),
        *("--stack-name", stage.stack_name, "--smoke-user", user_id),
        *("--auth", "iam" if stage.signed else "none"),
        # as one word: pytest takes a path that follows an option for one with tests
        *((f"--ca-bundle={bundle}",) if bundle else ()),
    ]


def _tester(stage: Stage) -> dict[str, str]:
    """Return the environment of pytest, which must not see that another pytest runs it."""
    return {k: v for k, v in stage.verify_environment.items() if not k.startswith("PYTEST_")}
