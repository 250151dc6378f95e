"""A release through two local stages: a good one, and a bad one that is put back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tools.local_stage import RunningStage, serve
from tools.release_gate import released_set
from tools.release_gate.releasing import actions, command, release
from tools.release_gate.releasing import stage as stages
from tools.release_gate.releasing.release import Plan
from tools.release_gate.releasing.stage import Stage
from tools.template import Template
from tools.tests.release_gate import sets

pytestmark = pytest.mark.xdist_group("release")
ACCOUNTS = {"staging": "000000000000", "prod": sets.PROD_ACCOUNT}
WRITTEN = {"userId": {"S": "written-between"}, "name": {"S": "Ada Lovelace"}}


@dataclass(frozen=True)
class World:
    """Two stages in two accounts that hold the base set."""

    staging: Stage
    prod: Stage
    folder: Path

    def plan(self, candidate: Path, *to: Stage) -> Plan:
        return Plan(
            candidate=released_set.load(candidate),
            stages=to,
            keep=self.folder / "keep",
            evidence=sets.proven(candidate, self.folder / f"{candidate.name}-evidence"),
            watch_seconds=0.0,
            e2e_arguments=(
                "-n",
                "0",
                "-p",
                "no:evidence",
                "-k",
                "answers_for_unknown or each_user",
            ),
        )


def _stage(running: RunningStage, home: Path) -> Stage:
    environment = {
        **running.environment,
        "NODE_EXTRA_CA_CERTS": str(running.ca_bundle),
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "HOME": str(home),
    }
    return Stage(running.stage, running.stack_name, environment, url=running.url)


@pytest.fixture(scope="module")
def world(base_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("release")
    with ExitStack() as running:
        staging, prod = (
            _stage(
                running.enter_context(serve(stage=name, account=account, assembly=base_set / name)),
                folder,
            )
            for name, account in ACCOUNTS.items()
        )
        yield World(staging, prod, folder)


def _renamed(body: dict[str, Any]) -> None:
    """Change the text of an alarm, as a good release may."""
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            resource["Properties"]["AlarmDescription"] = "Somebody has to look."


def _that_cannot_start(base: Path, folder: Path) -> Path:
    """Copy a set with another handler, and a new version of it, as a synthesis writes them."""
    sets.copied(base, folder)
    for stage in released_set.load(base).stages:
        template = Template.in_assembly(folder / stage)
        (version,) = template.resources("AWS::Lambda::Version")
        (code,) = (folder / stage).glob("asset.*")
        old, digest = _sha256(template.file.read_text()), code.name.removeprefix("asset.")
        handler = code / "lambda_function" / "handler.py"
        handler.write_text(f"raise ImportError\n{handler.read_text()}")
        code.rename(code.with_name(f"asset.{_sha256(digest)}"))

        def edited(text: str) -> str:
            text = text.replace(digest, _sha256(digest))  # noqa: B023 - called in this iteration
            return text.replace(version.logical_id, f"{version.logical_id}New")  # noqa: B023

        new = _sha256(edited(template.file.read_text()))
        for file in (folder / stage).glob("*.json"):
            file.write_text(edited(file.read_text()).replace(old, new))
    sets.sealed(folder)
    return folder


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _verdict(output: Path) -> dict[str, Any]:
    (file,) = output.glob("*/release-verdict.json")
    content: dict[str, Any] = json.loads(file.read_text())
    return content


def test_good_set_is_released_and_bad_set_is_put_back(
    world: World, base_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "hand_over", lambda *_: None)  # the evidence is of another commit
    good = sets.edited(base_set, tmp_path / "good", _renamed)
    plan = world.plan(good, world.staging, world.prod)
    assert [text.partition(":")[0] for text in release.warnings(plan)] == ["prod"]
    assert command.go(plan, tmp_path / "first") == 0, _verdict(tmp_path / "first")
    assert {state for _, state, _ in release.status(plan)} == {release.NEW}

    dynamodb, table = world.prod.client("dynamodb"), _table(world.prod)
    dynamodb.put_item(TableName=table, Item=WRITTEN)
    bad = _that_cannot_start(good, tmp_path / "bad")
    plan = world.plan(bad, world.prod)
    assert list(release.warnings(plan)) == []
    assert command.go(plan, tmp_path / "second") == 1
    verdict = _verdict(tmp_path / "second")
    assert verdict["decision"] == release.BACK, verdict
    assert "smoke prod" in verdict["seen"]
    assert verdict["exposed_seconds"] > 0
    assert [state for _, state, _ in release.status(plan)] == [release.OLD]
    assert dynamodb.get_item(TableName=table, Key={"userId": WRITTEN["userId"]})["Item"] == WRITTEN


def _table(stage: Stage) -> str:
    deployed = stages.read(stage)
    assert deployed
    return deployed.outputs["TableName"]
