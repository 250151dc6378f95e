"""The jobs of release.yml, and the commands of docs/releasing.md, as typed, on two local stages.

What GitHub does around a command is done here: a checkout, artifacts, profiles for the two roles.
`make test` is not run again; its evidence is written. The stages are on this machine, so that
each release gets a URL, and watches no alarms.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest

from tools.local_stage.serving import RunningStage, serve
from tools.rehearsal import evidence
from tools.release_gate import released_set
from tools.release_gate.releasing import storage
from tools.release_gate.releasing.kept import Kept
from tools.tests import documented
from tools.tests.release_gate import sets
from tools.tests.release_gate.workflows import DOWNLOAD, ROOT, UPLOAD, Job, jobs

PAGE = ROOT / "docs" / "releasing.md"
ACCOUNTS = {"staging": "000000000000", "prod": sets.PROD_ACCOUNT}
OLD, NEW = "The account's concurrency is used up.", "No concurrency is left in the account."
PROFILE = "[profile {}]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = {}\n"
IDENTITY = ("-c", "user.name=ci", "-c", "user.email=ci@example.com")


@pytest.fixture(scope="module")
def stages(assembly: Callable[[str], Path]) -> Iterator[Mapping[str, RunningStage]]:
    """Both stages with what is checked out here, each with an empty bucket for its releases."""
    with ExitStack() as running:
        found = {
            name: running.enter_context(serve(stage=name, account=account, assembly=assembly(name)))
            for name, account in ACCOUNTS.items()
        }
        for stage in found.values():
            _client(stage, "s3").create_bucket(Bucket="releases")
        yield found


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A commit of these files with a change of the service, and with prod's account."""
    copy = tmp_path / "checkout"
    listed = _git(ROOT, "ls-files", "-co", "--exclude-standard").splitlines()
    for name in filter(lambda name: (ROOT / name).exists(), listed):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    _edit(copy / "stack" / "monitoring.py", OLD, NEW)
    _edit(copy / "cdk.json", '"account": ""', f'"account": "{sets.PROD_ACCOUNT}"')
    _git(copy, "init", "--quiet")
    (copy / ".git" / "info" / "exclude").write_text("node_modules\n")
    _git(copy, "add", "--all")
    _git(copy, *IDENTITY, "commit", "--quiet", "--message", "x")
    (copy / ".make" / "bin").mkdir(parents=True)
    tox = copy / ".make" / "bin" / "tox"
    tox.write_text("#!/bin/sh\n")
    tox.chmod(0o755)
    (copy / ".tox").mkdir()
    (copy / ".tox" / "dev").symlink_to(sys.prefix)
    (copy / "node_modules").symlink_to(ROOT / "node_modules")
    return copy


def test_jobs_release_set_to_staging_and_prod(
    stages: Mapping[str, RunningStage], checkout: Path, tmp_path: Path
) -> None:
    found, artifacts = jobs("release"), tmp_path / "artifacts"
    assert found["prove"].commands == ["make test"]
    _run(found["build"], checkout, artifacts, None)
    commit = _git(checkout, "rev-parse", "HEAD").strip()
    sets.proven(artifacts / "candidate", artifacts / "evidence")
    (artifacts / "evidence" / "evidence" / "e2e-staging.json").unlink()
    for name in ("staging", "prod"):
        stage = stages[name]
        printed, summary = _run(found[name], checkout, artifacts, stage)
        assert f"::notice title=release::released: {name}" in printed
        assert f"## ✅ release of commit {commit}" in summary
        bucket = _client(stage, "s3").list_objects_v2(Bucket="releases")["Contents"]
        assert {row["Key"] for row in bucket} == {
            f"{name}/lock.json",
            f"{name}/released.tar.gz",
        }
        if name == "staging":  # `make test` also runs the suite on an open stage
            files = artifacts / "staging" / "evidence"
            ran = json.loads((files / "e2e-staging.json").read_text(encoding="utf-8"))
            passed = {test: {"outcome": "passed"} for test in ran["deselected"]}
            evidence.edit(files / "e2e-local.json", tests=passed)
        alarms = _client(stage, "cloudwatch").describe_alarms()["MetricAlarms"]
        assert [a["AlarmDescription"] for a in alarms].count(NEW) == 1


def test_first_release_is_prepared_as_typed(
    stages: Mapping[str, RunningStage], checkout: Path
) -> None:
    """The policy of CloudFormation, the roles and the bucket, in the account of prod."""
    blocks = documented.session(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 2
    for block in blocks:
        printed = _typed(block.shell, checkout, stages["prod"])
        assert documented.missing(block.shown, printed) == [], printed


def test_going_back_by_hand_runs_as_typed(
    stages: Mapping[str, RunningStage], checkout: Path, base_set: Path, tmp_path: Path
) -> None:
    prod, work = stages["prod"], tmp_path / "work"
    work.mkdir()
    bucket = storage.in_bucket("s3://releases", "prod", _client(prod, "s3"))
    Kept("prod", bucket, work).keep(released_set.load(base_set))
    page = PAGE.read_text(encoding="utf-8").partition("## Going back by hand")[2]
    commands = list(documented.typed(page.partition("\n## ")[0]))
    assert [command.split()[0] for command in commands] == ["aws", "python", "python", "pytest"]
    options = f" --ca-bundle={prod.ca_bundle}"
    script = "\n".join(commands).replace("BUCKET", "releases").replace("URL", prod.url) + options
    deploy = "tools.cdk deploy UserApi-prod"
    _typed(script.replace(deploy, f"{deploy} --require-approval never"), checkout, prod)
    alarms = _client(prod, "cloudwatch").describe_alarms()["MetricAlarms"]
    assert OLD in {alarm["AlarmDescription"] for alarm in alarms}


def _typed(shell: str, checkout: Path, stage: RunningStage) -> str:
    """Type lines into a session with credentials of an administrator; return what they print."""
    theirs = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {**stage.environment, "NODE_EXTRA_CA_CERTS": str(stage.ca_bundle), "PATH": path}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", shell],
        cwd=checkout,
        env={**theirs, **own, "HOME": str(checkout.parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{shell}\nexit code {done.returncode}\n{done.stdout}"
    return done.stdout


def _run(job: Job, checkout: Path, artifacts: Path, stage: RunningStage | None) -> tuple[str, str]:
    """Run a job as typed; return what it printed, and its summary."""
    shutil.rmtree(checkout / "build", ignore_errors=True)
    for name, paths in job.artifacts(DOWNLOAD).items():
        shutil.copytree(artifacts / name, checkout / paths[0], dirs_exist_ok=True)
    (command,) = job.commands
    summary = checkout.parent / f"{job.name}.md"
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))},
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    if stage:
        local = f" --watch 0 --stage-url {stage.stage}={stage.url}"
        command = f'{command.removesuffix(chr(34))}{local}"'
        environment |= _account(stage, checkout.parent)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", command],
        cwd=checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{job.name}: exit code {done.returncode}\n{done.stdout}"
    for name, paths in job.artifacts(UPLOAD).items():
        root = checkout / (paths[0] if len(paths) == 1 else os.path.commonpath(paths))
        for path in paths:
            source = checkout / path
            target = artifacts / name / source.relative_to(root)
            shutil.copytree(source, target, dirs_exist_ok=True)
    return done.stdout, summary.read_text(encoding="utf-8") if summary.exists() else ""


def _account(stage: RunningStage, folder: Path) -> dict[str, str]:
    """The variables of a job with access to the stage's account, by the profiles of two roles."""
    own = stage.environment
    keys = (own["AWS_ACCESS_KEY_ID"], own["AWS_SECRET_ACCESS_KEY"], own["AWS_REGION"])
    config = folder / f"{stage.stage}.config"
    config.write_text("".join(PROFILE.format(name, *keys) for name in ("release", "verify")))
    return {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_ENDPOINT_URL": own["AWS_ENDPOINT_URL"],
        "AWS_CA_BUNDLE": str(stage.ca_bundle),
        "NODE_EXTRA_CA_CERTS": str(stage.ca_bundle),
        "AWS_EC2_METADATA_DISABLED": "true",
        "KEEP_URL": "s3://releases",
    }


def _client(stage: RunningStage, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=stage.environment["AWS_ENDPOINT_URL"],
        region_name=stage.environment["AWS_REGION"],
        aws_access_key_id=stage.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=stage.environment["AWS_SECRET_ACCESS_KEY"],
        verify=str(stage.ca_bundle),
    )


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
