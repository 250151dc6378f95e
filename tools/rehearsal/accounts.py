"""Staging and prod on this machine: two accounts of the emulator, with the base set on both."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from contract.smoke_user import SMOKE_USER
from tools.local_stage.node import environment
from tools.local_stage.serving import RunningStage, serve
from tools.rehearsal.tree import PROD_ACCOUNT, git
from tools.release_gate.released_set import ReleasedSet
from tools.release_gate.releasing import stage as stages
from tools.release_gate.releasing import storage
from tools.release_gate.releasing.kept import Kept
from tools.release_gate.releasing.stage import Stage

ACCOUNTS = {"staging": "000000000000", "prod": PROD_ACCOUNT}
PROFILE = """[profile {stage}]
region = {region}
endpoint_url = {endpoint}
aws_access_key_id = {key}
aws_secret_access_key = {secret}
"""


@dataclass(frozen=True)
class Accounts:
    """The two stages; `keep` is what releases keep of them."""

    running: dict[str, RunningStage]
    base: ReleasedSet
    folder: Path
    suites: dict[str, list[str]] = field(default_factory=dict)  # the tests of each e2e suite

    @property
    def keep(self) -> Path:
        return self.folder / "keep"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a release: both accounts are profiles of one configuration."""
        bundle = str(self.folder / "ca.pem")
        found = {k: v for k, v in environment().items() if not k.startswith("PYTEST_")}
        return {
            **found,
            "AWS_CA_BUNDLE": bundle,
            "NODE_EXTRA_CA_CERTS": bundle,
            "AWS_CONFIG_FILE": str(self.folder / "aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "HOME": str(self.folder),
        }

    def options(self, *names: str) -> list[str]:
        """The options by which a release finds these stages."""
        words = []
        for name in names:
            words += ["--deploy-profile", f"{name}={name}"]
            words += ["--stage-url", f"{name}={self.running[name].url}"]
        return words

    def e2e_tests(self, root: Path) -> list[str]:
        """Return every test of a tree that the e2e suite can run on a stage like staging."""
        suite = git(root, "rev-parse", "HEAD:tests_e2e")
        if suite not in self.suites:
            self.suites[suite] = self._collected(root)
        return self.suites[suite]

    def _collected(self, root: Path) -> list[str]:
        running = self.running["staging"]
        command = [
            *(sys.executable, "-m", "pytest", "tests_e2e", "--collect-only", "-q"),
            *("-p", "no:cacheprovider", f"--ca-bundle={running.ca_bundle}", "--auth", "iam"),
            *("--stage-url", running.url, "--stack-name", running.stack_name),
            *("--smoke-user", SMOKE_USER, "--table-faults"),
        ]
        env = {**self.environment, **running.environment}
        done = subprocess.run(
            command, cwd=root, env=env, capture_output=True, text=True, check=True
        )
        return [line for line in done.stdout.splitlines() if "::" in line]

    def stage(self, name: str) -> Stage:
        running = self.running[name]
        return Stage(name, running.stack_name, running.environment, url=running.url)

    def write_user(self, user_id: str) -> None:
        """Write a user to prod, as a client of the service may between two releases."""
        item = {"userId": {"S": user_id}, "name": {"S": "Ada Lovelace"}}
        table = self.running["prod"].table_name
        self.stage("prod").client("dynamodb").put_item(TableName=table, Item=item)

    def problem(self, expected: ReleasedSet, user_id: str) -> str:
        """Return what is wrong with prod where it does not serve a set, and the user from it."""
        prod = self.stage("prod")
        if not stages.holds(stages.read(prod), expected, prod):
            return f"prod does not hold commit {expected.commit}"
        if not self._serves_its_code():
            return "the alias of prod serves other code than the template's"
        status, body = self._get(f"/user/{user_id}")
        if status != 200 or json.loads(body)["data"]["name"] != "Ada Lovelace":
            return f"prod answers {status} for the user who was written before"
        return ""

    def ring(self, name: str) -> None:
        """Let the first alarm of a stage ring."""
        self._set_alarms(name, "ALARM", 1)

    def be_quiet(self) -> None:
        for name in self.running:
            self._set_alarms(name, "OK", None)

    def put_base_back(self) -> None:
        """Let both stages hold the base set again, as if nothing had been released since."""
        for name in self.running:
            stage, template = self.stage(name), self.base.template(name).file
            cloudformation = stage.client("cloudformation")
            if not stages.holds(stages.read(stage), self.base, stage):
                cloudformation.update_stack(
                    StackName=stage.stack_name,
                    TemplateBody=template.read_text(encoding="utf-8"),
                    Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
                )
                waiter = cloudformation.get_waiter("stack_update_complete")
                waiter.wait(StackName=stage.stack_name, WaiterConfig={"Delay": 1})
            assert stages.holds(stages.read(stage), self.base, stage)
        shutil.rmtree(self.keep, ignore_errors=True)
        shutil.copytree(self.folder / "keep-of-base", self.keep)

    def _serves_its_code(self) -> bool:
        lambda_, outputs = self.stage("prod").client("lambda"), self.running["prod"].outputs
        name, alias = outputs["FunctionName"], outputs["FunctionAlias"]
        found = [
            lambda_.get_function_configuration(FunctionName=name, Qualifier=qualifier)
            for qualifier in (alias, "$LATEST")
        ]
        return bool(found[0]["CodeSha256"] == found[1]["CodeSha256"])

    def _get(self, path: str) -> tuple[int, bytes]:
        """Ask prod with a signature."""
        running = self.running["prod"]
        keys = running.environment
        credentials = Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
        request = AWSRequest("GET", running.url + path)
        SigV4Auth(credentials, "execute-api", keys["AWS_REGION"]).add_auth(request)
        wanted = urllib.request.Request(running.url + path, headers=dict(request.headers))
        context = ssl.create_default_context(cafile=running.ca_bundle)
        try:
            with urllib.request.urlopen(wanted, context=context, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def _set_alarms(self, name: str, state: str, most: int | None) -> None:
        stage = self.stage(name)
        cloudwatch = stage.client("cloudwatch")
        for alarm in cloudwatch.describe_alarms()["MetricAlarms"][:most]:
            cloudwatch.set_alarm_state(
                AlarmName=alarm["AlarmName"], StateValue=state, StateReason="rehearsal"
            )


@contextmanager
def accounts(base: ReleasedSet, folder: Path, report: Callable[[str], None]) -> Iterator[Accounts]:
    """Serve both stages with the base set for the duration of the block. Raises LocalStageError."""
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(
                serve(stage=name, account=account, assembly=base.folder / name, report=report)
            )
            for name, account in ACCOUNTS.items()
        }
        found = Accounts(running, base, folder)
        _configure(found)
        for name in ACCOUNTS:
            where = storage.Folder(found.folder / "keep-of-base" / name)
            Kept(name, where, folder).keep(base)
        shutil.copytree(found.folder / "keep-of-base", found.keep)
        yield found


def _configure(found: Accounts) -> None:
    profiles = [
        PROFILE.format(
            stage=name,
            region=running.environment["AWS_REGION"],
            endpoint=running.environment["AWS_ENDPOINT_URL"],
            key=running.environment["AWS_ACCESS_KEY_ID"],
            secret=running.environment["AWS_SECRET_ACCESS_KEY"],
        )
        for name, running in found.running.items()
    ]
    (found.folder / "aws-config").write_text("\n".join(profiles), encoding="utf-8")
    bundles = [running.ca_bundle.read_text("utf-8") for running in found.running.values()]
    (found.folder / "ca.pem").write_text("".join(bundles), encoding="utf-8")
