"""Releases of a local stage that are hit by real signals, by each other, and by an alarm.

Each test leaves its stage with the set that it has released.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from tools.local_stage.serving import RunningStage, serve
from tools.release_gate import released_set
from tools.release_gate.released_set import ROOT
from tools.release_gate.releasing.kept import Kept
from tools.release_gate.releasing.storage import Folder
from tools.tests.release_gate import sets

WAIT_SECONDS = 180.0


@dataclass
class World:
    """A stage, the set that it serves, and another one to release to it."""

    running: RunningStage
    home: Path
    candidates: list[Path]  # the one that is served comes last
    options: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.running.stage

    @property
    def candidate(self) -> Path:
        return self.candidates[0]

    def command(self, *words: str) -> list[str]:
        return [
            *(sys.executable, "-m", "tools.release_gate", "release", str(self.candidate)),
            *("--to", self.name, "--evidence", f"{self.candidate}-evidence"),
            *("--stage-url", f"{self.name}={self.running.url}", "--watch", "0"),
            *("--keep", str(self.home / "keep"), "--output", str(self.home / "release")),
            *self.options,
            *words,
        ]

    @property
    def environment(self) -> dict[str, str]:
        theirs = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
        return {
            **theirs,
            **self.running.environment,
            "NODE_EXTRA_CA_CERTS": str(self.running.ca_bundle),
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "HOME": str(self.home),
        }

    @contextmanager
    def started(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start a release in a session of its own, as in a terminal."""
        with subprocess.Popen(
            self.command(*words),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *words: str) -> tuple[int, str]:
        """Run a release to its end; return its exit code and what it printed."""
        with self.started(*words) as process:
            output, _ = process.communicate(timeout=WAIT_SECONDS)
            return process.returncode, output

    def status(self) -> str:
        """Return what `--status` says of the stage: old, new, neither or nothing."""
        code, output = self.run("--status")
        assert code in (0, 1), output
        stage, state, _ = output.split(":", 2)
        assert stage == self.name
        return state.strip()

    def client(self, service: str) -> Any:
        """Return a client of the emulator."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=self.environment["AWS_REGION"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            verify=str(self.running.ca_bundle),
        )

    def is_released(self) -> None:
        """The candidate is what the stage serves, and the next test releases the other one."""
        assert self.status() == "new"
        self.candidates.reverse()


def _reach(process: subprocess.Popen[str], step: str) -> str:
    """Read what a release prints until a step begins."""
    seen = ""
    assert process.stdout
    for line in process.stdout:
        seen += line
        if line.startswith(f"{step} "):
            return seen
    raise AssertionError(f"the step {step} never began:\n{seen}")


def _idle(session: int) -> None:
    """Wait until nothing of a session runs any more: what a killed process has left."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        states = subprocess.run(
            ["ps", "-o", "stat=", "-s", str(session)], capture_output=True, text=True, check=False
        ).stdout.split()
        if all(state.startswith("Z") for state in states):
            return
        time.sleep(0.5)
    raise AssertionError(f"session {session} is still at work")


def _described(body: dict[str, Any]) -> None:
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            resource["Properties"]["AlarmDescription"] = "Somebody has to look."


@contextmanager
def _world(stage: str, account: str, base: Path, folder: Path) -> Iterator[World]:
    other = sets.edited(base, folder / "other", _described)
    first = sets.copied(base, folder / "base")
    for candidate in (first, other):
        sets.proven(candidate, Path(f"{candidate}-evidence"), stage)
    kept = folder / "keep" / stage
    Kept(stage, Folder(kept), folder).keep(released_set.load(first))
    with serve(stage=stage, account=account, assembly=first / stage) as running:
        yield World(running, folder, [other, first])


@pytest.fixture(scope="module")
def prod(base_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("prod")
    with _world("prod", sets.PROD_ACCOUNT, base_set, folder) as world:
        yield world


INT, TERM, KILL, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP


@pytest.mark.parametrize(
    ("number", "step", "seconds"),
    [
        (INT, "gate", 0.5),
        (INT, "deploy", 0.0),
        (INT, "deploy", 2.0),
        (INT, "read back", 0.0),
        (INT, "smoke", 1.0),
        (TERM, "gate", 0.5),
        (TERM, "deploy", 1.0),
        (TERM, "deploy", 3.0),
        (TERM, "smoke", 1.0),
        (HUP, "deploy", 1.5),
        (KILL, "gate", 0.5),
        (KILL, "deploy", 0.5),
        (KILL, "deploy", 2.5),
        (KILL, "smoke", 1.0),
        (KILL, "watch", 0.0),
    ],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else str(value),
)
def test_interrupted_release_goes_on(
    prod: World, number: signal.Signals, step: str, seconds: float
) -> None:
    """The stage is old or new, and `--resume` brings it to the end."""
    with prod.started() as process:
        _reach(process, f"{step} prod")
        time.sleep(seconds)
        process.send_signal(number)
        output, _ = process.communicate(timeout=WAIT_SECONDS)
    _idle(process.pid)
    if number == KILL:
        assert process.returncode == -KILL
    else:
        assert process.returncode == 2, output
        assert "interrupted: --status says what each stage holds, --resume goes on" in output
    before = {"gate": ["old"], "deploy": ["old", "new"]}.get(step, ["new"])
    assert prod.status() in before
    if number == KILL:
        _remove_lock(prod, process.pid)
    code, output = prod.run("--resume")
    assert code == 0, output
    assert "released: prod" in output
    prod.is_released()


def _remove_lock(world: World, owner: int) -> None:
    """Do what a refused release says to do about the lock of a killed one."""
    code, output = world.run("--resume")
    assert code == 2, output
    assert f"process {owner}; the lock ends at" in output
    subprocess.run(shlex.split(output.strip().rpartition("gone: ")[2]), check=True)


@pytest.mark.parametrize("where", ["folder", "bucket"])
def test_of_two_releases_at_once_one_goes_on(prod: World, where: str) -> None:
    if where == "bucket":
        prod.client("s3").create_bucket(Bucket="releases")
        prod.options = ["--keep", "s3://releases/of/users"]
    with prod.started() as one, prod.started() as other:
        outputs = [process.communicate(timeout=WAIT_SECONDS)[0] for process in (one, other)]
    prod.options = []
    codes = [one.returncode, other.returncode]
    assert sorted(codes) == [0, 2], outputs
    assert "prod: is being released to by" in outputs[codes.index(2)]
    if where == "bucket":
        keys = prod.client("s3").list_objects_v2(Bucket="releases")["Contents"]
        names = {row["Key"].removeprefix("of/users/prod/") for row in keys}
        assert names == {"lock.json", "released.tar.gz"}
        # The folder has not seen this release: the next test compares with it.
        assert prod.status() == "new"
        work = Folder(prod.home / "keep" / "prod")
        Kept("prod", work, prod.home).keep(released_set.load(prod.candidate))
    prod.is_released()


def test_alarm_that_rings_while_watched_puts_previous_set_back(prod: World) -> None:
    with prod.started("--watch", "120") as process:
        _reach(process, "watch prod")
        _set_alarm(prod, "ALARM")
        output, _ = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 1, output
    assert "put back: prod: prod: an alarm rings: UserApi-prod-" in output
    assert "and its smoke tests pass" in output
    assert prod.status() == "old"


def test_alarm_that_rings_before_deployment_refuses_release(prod: World) -> None:
    _set_alarm(prod, "ALARM")
    code, output = prod.run()
    assert code == 1, output
    assert "refused: prod: prod: an alarm rings: UserApi-prod-" in output
    assert "deploy prod" not in output
    _set_alarm(prod, "OK")
    assert prod.status() == "old"


def _set_alarm(world: World, state: str) -> None:
    cloudwatch = world.client("cloudwatch")
    rows = cloudwatch.describe_alarms()["MetricAlarms"]
    name = next(r["AlarmName"] for r in rows if r["AlarmName"].startswith("UserApi-prod-"))
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def test_interrupted_suite_leaves_no_user_on_staging(
    base_set: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("staging")
    with _world("staging", "000000000000", base_set, folder) as staging:
        table = {"TableName": staging.running.table_name}
        dynamodb = staging.client("dynamodb")
        with staging.started() as process:
            _reach(process, "e2e staging")
            deadline = time.monotonic() + WAIT_SECONDS
            while dynamodb.scan(**table)["Count"] < 3:  # the smoke user, and those of the suite
                assert time.monotonic() < deadline
            process.send_signal(TERM)
            output, _ = process.communicate(timeout=WAIT_SECONDS)
        assert process.returncode == 2, output
        ids = {item["userId"]["S"] for item in dynamodb.scan(**table)["Items"]}
        assert [user_id for user_id in ids if user_id.startswith("e2e-")] == []
        assert staging.status() == "new"
