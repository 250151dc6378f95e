"""In which order a release goes, when it goes back, and where it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tools.evidence import template_digest
from tools.release_gate import released_set
from tools.release_gate.__main__ import main
from tools.release_gate.problems import UndecidedError
from tools.release_gate.released_set import ReleasedSet
from tools.release_gate.releasing import actions, release
from tools.release_gate.releasing import stage as stages
from tools.release_gate.releasing.kept import RELEASED
from tools.release_gate.releasing.release import Outcome, Plan
from tools.release_gate.releasing.stage import Deployed, Stage
from tools.release_gate.releasing.steps import StepFailedError, Steps
from tools.tests.release_gate import sets

STAGING, PROD = Stage("staging", "UserApi-staging"), Stage("prod", "UserApi-prod")
ACTIONS = ("gate", "alarms_are_quiet", "deploy", "place_smoke_user", "e2e", "smoke", "watch")


class Account:
    """Notes the actions in their place, fails as asked, and holds what was deployed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.bad: dict[str, Exception] = {}
        self.holds: Deployed | None = Deployed("UPDATE_COMPLETE", "", {})
        for name in ACTIONS:
            monkeypatch.setattr(actions, name, self._action(name))
        monkeypatch.setattr(stages, "belongs_to_account", lambda *_: None)
        monkeypatch.setattr(stages, "read", lambda _: self.holds)

    def fails(self, call: str, error: Exception | None = None) -> None:
        self.bad[call] = error or StepFailedError(f"{call} is red")

    def deploys(self, released: ReleasedSet, stage: Stage, status: str) -> None:
        self.holds = Deployed(status, template_digest(released.template(stage.name).body), {})

    def _action(self, name: str) -> Callable[..., None]:
        def act(_: Steps, stage: Stage, *values: Any, **options: Any) -> None:
            call = f"{options.get('what', name)} {stage.name}"
            self.calls.append(call)
            if call in self.bad:
                raise self.bad[call]
            if name == "deploy":
                self.deploys(values[0], stage, "UPDATE_COMPLETE")

        return act


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    return Account(monkeypatch)


@pytest.fixture(scope="module")
def candidate(base_set: Path, tmp_path_factory: pytest.TempPathFactory) -> ReleasedSet:
    """A changed set; no release changes it."""
    folder = tmp_path_factory.mktemp("candidate") / "set"
    return released_set.load(
        sets.edited(base_set, folder, lambda body: body.update(Description="x"))
    )


@pytest.fixture(scope="module")
def work() -> Iterator[TemporaryDirectory[str]]:
    """Where releases unpack what is kept: each archive once."""
    folder = TemporaryDirectory(prefix="release-")
    with folder:
        yield folder


@pytest.fixture
def plan(
    candidate: ReleasedSet, kept_base: bytes, work: TemporaryDirectory[str], tmp_path: Path
) -> Plan:
    """A release of a changed set to prod, where the base set was released before."""
    plan = Plan(candidate, (STAGING, PROD), tmp_path / "keep", tmp_path, work=work)
    plan.kept(PROD).storage.write(RELEASED, kept_base)
    return plan


def _release(plan: Plan, tmp_path: Path) -> Outcome:
    return release.release(plan, Steps(tmp_path, lambda _: None))


def test_good_set_goes_through_every_step_in_order(
    account: Account, plan: Plan, tmp_path: Path
) -> None:
    assert _release(plan, tmp_path).exit_code == 0
    before = ["gate", "alarms_are_quiet", "place_smoke_user", "deploy", "place_smoke_user"]
    assert account.calls == [
        *(f"{name} staging" for name in [*before, "e2e"]),
        *(f"{name} prod" for name in [*before, "smoke", "watch"]),
    ]
    kept = plan.kept(PROD).previous()
    assert kept
    assert kept.seal == plan.candidate.seal


@pytest.mark.parametrize("call", ["gate prod", "alarms_are_quiet prod", "e2e staging"])
def test_refused_set_is_not_deployed_to_prod(
    account: Account, plan: Plan, tmp_path: Path, call: str
) -> None:
    account.fails(call)
    outcome = _release(plan, tmp_path)
    assert (outcome.decision, outcome.exit_code) == (release.REFUSED, 1)
    assert f"{call} is red" in outcome.sentence()
    assert "deploy prod" not in account.calls


def test_set_that_staging_refused_is_no_drift(account: Account, plan: Plan, tmp_path: Path) -> None:
    account.fails("e2e staging")
    assert _release(plan, tmp_path).decision == release.REFUSED
    kept = plan.kept(STAGING).previous()
    assert kept
    assert kept.seal == plan.candidate.seal


def test_set_that_staging_could_not_deploy_is_not_kept(
    account: Account, plan: Plan, tmp_path: Path
) -> None:
    account.fails("deploy staging")
    assert _release(plan, tmp_path).decision == release.REFUSED
    assert plan.kept(STAGING).previous() is None


@pytest.mark.parametrize(
    "error", [StepFailedError("seen"), UndecidedError("seen")], ids=["red", "undecided"]
)
@pytest.mark.parametrize("call", ["deploy prod", "smoke prod", "watch prod"])
def test_previous_set_is_put_back(
    account: Account, plan: Plan, tmp_path: Path, call: str, error: Exception, base_set: Path
) -> None:
    account.fails(call, error)
    outcome = _release(plan, tmp_path)
    assert (outcome.decision, outcome.exit_code) == (release.BACK, 1)
    assert account.calls[-2:] == ["put back prod", "smoke of previous prod"]
    assert "seen" in outcome.sentence()
    kept = plan.kept(PROD).previous()
    assert kept
    assert kept.seal == released_set.load(base_set).seal


def test_stack_that_went_back_by_itself_is_not_deployed_again(
    account: Account, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    previous = plan.kept(PROD).previous()
    assert previous

    def deploy(_: Steps, stage: Stage, __: Any, what: str = "deploy") -> None:
        account.calls.append(f"{what} {stage.name}")
        account.deploys(previous, PROD, "UPDATE_ROLLBACK_COMPLETE")
        if stage is PROD:
            raise StepFailedError("the update failed")

    monkeypatch.setattr(actions, "deploy", deploy)
    outcome = _release(plan, tmp_path)
    assert outcome.decision == release.BACK
    assert "CloudFormation put commit c0ffee back itself" in outcome.sentence()
    assert "put back prod" not in account.calls
    assert account.calls[-1] == "smoke of previous prod"


def test_previous_set_that_does_not_serve_is_not_called_back(
    account: Account, plan: Plan, tmp_path: Path
) -> None:
    account.fails("smoke prod")
    account.fails("smoke of previous prod")
    outcome = _release(plan, tmp_path)
    assert (outcome.decision, outcome.exit_code) == (release.STUCK, 1)


def test_missing_previous_set_is_named_before_start(
    account: Account, plan: Plan, tmp_path: Path
) -> None:
    first = replace(plan, keep=tmp_path / "other")
    back = "no set is kept to go back to"
    assert [line.partition(":")[0] for line in release.warnings(first) if back in line] == ["prod"]
    assert [line for line in release.warnings(plan) if back in line] == []
    account.fails("smoke prod")
    assert _release(first, tmp_path).decision == release.STUCK


def test_interrupted_release_is_resumed_after_its_deployment(
    account: Account, plan: Plan, tmp_path: Path
) -> None:
    account.fails("smoke prod", KeyboardInterrupt())  # type: ignore[arg-type]
    prod = replace(plan, stages=(PROD,))
    with pytest.raises(KeyboardInterrupt):
        _release(prod, tmp_path)
    ((_, state, sentence),) = release.status(prod)
    assert state == release.NEW
    assert "was not finished" in sentence
    account.bad.clear()
    account.calls.clear()
    resumed = replace(plan, stages=(PROD,), resume=True)
    assert _release(resumed, tmp_path).exit_code == 0
    assert account.calls == [f"{c} prod" for c in ("deploy", "place_smoke_user", "smoke", "watch")]
    assert prod.kept(PROD).underway() is None


def test_interrupted_way_back_is_resumed(account: Account, plan: Plan, tmp_path: Path) -> None:
    """The bad set meets no client again."""
    account.fails("smoke prod")
    account.fails("put back prod", KeyboardInterrupt())  # type: ignore[arg-type]
    prod = replace(plan, stages=(PROD,))
    with pytest.raises(KeyboardInterrupt):
        _release(prod, tmp_path)
    account.bad.clear()
    account.calls.clear()
    resumed = replace(plan, stages=(PROD,), resume=True)
    outcome = _release(resumed, tmp_path)
    assert (outcome.decision, outcome.seen) == (release.BACK, "smoke prod is red")
    assert account.calls == ["put back prod", "smoke of previous prod"]
    assert prod.kept(PROD).underway() is None


def test_folder_that_locks_out_this_machine_alone_is_named_before_start(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    text = f"--keep {plan.keep} locks out other releases of this machine alone"
    assert len([line for line in release.warnings(plan) if text in line]) == len(plan.stages)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://127.0.0.1:1")
    assert list(release.warnings(plan)) == []


def test_set_that_another_release_left_underway_is_not_resumed(
    account: Account, plan: Plan, base_set: Path, tmp_path: Path
) -> None:
    plan.kept(PROD).begin(released_set.load(base_set))
    resumed = replace(plan, stages=(PROD,), resume=True)
    with pytest.raises(UndecidedError, match="is underway"):
        _release(resumed, tmp_path)
    assert account.calls == []


def test_stack_that_is_being_updated_is_left_alone(
    account: Account, plan: Plan, tmp_path: Path
) -> None:
    account.holds = Deployed("UPDATE_ROLLBACK_IN_PROGRESS", "", {})
    with pytest.raises(UndecidedError, match="UPDATE_ROLLBACK_IN_PROGRESS: wait"):
        _release(plan, tmp_path)
    assert account.calls == []


@pytest.mark.parametrize("state", [release.OLD, release.NEW, release.NEITHER, release.NOTHING])
def test_status_names_what_is_deployed(
    account: Account, plan: Plan, base_set: Path, state: str
) -> None:
    if state == release.OLD:
        account.deploys(released_set.load(base_set), PROD, "UPDATE_ROLLBACK_COMPLETE")
    elif state == release.NEW:
        account.deploys(plan.candidate, PROD, "UPDATE_COMPLETE")
    elif state == release.NOTHING:
        account.holds = None
    found = {stage.name: seen for stage, seen, _ in release.status(plan)}
    assert found["prod"] == state


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["SET", "--to", "production"], "each of local, dev, staging, prod"),
        (["SET", "--to", "prod,prod"], "at most once"),
        (["nowhere", "--to", "prod"], "there is no such folder"),
        (["SET", "--to", "prod", "--deploy-profile", "dev=x"], "--deploy-profile dev=x"),
        (
            ["SET", "--to", "prod", "--keep", "s3://"],
            "'s3://': a folder, s3://BUCKET, or s3://BUCKET/PREFIX",
        ),
        (["SET", "--to", "prod", "--keep", ""], "'': a folder, s3://BUCKET, or s3://BUCKET/PREFIX"),
        (["SET", "--to", "prod", "--keep", "s3:/bucket/x"], "s3://BUCKET/PREFIX"),
        (["SET", "--to", "prod", "--keep", "s3://Bucket"], "s3://BUCKET/PREFIX"),
        (["SET", "--to", "prod", "--keep", "https://bucket/x"], "s3://BUCKET/PREFIX"),
    ],
)
def test_wrong_argument_ends_with_one_line(
    base_set: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(base_set) if word == "SET" else word for word in words]
    try:
        code = main(["release", *words])
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    assert code == 2
    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 1
    assert message in printed[0]
