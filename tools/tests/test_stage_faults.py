"""The faults of the stage: each breaks a promise of the e2e level, in one way, and is undone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from contract import promises
from contract.stages import STAGES
from tests_e2e import checks, target
from tests_e2e.client import Answer
from tests_e2e.client import Request as Sent
from tests_e2e.proxy import Request, Response
from tests_e2e.target import LOCAL_PREFIX
from tools.local_stage.serving import RunningStage
from tools.proof.shared.command import CannotRunError
from tools.proof.stage import cli
from tools.proof.stage.blocks import access, deployed
from tools.proof.stage.fault import Fault
from tools.proof.stage.faults import faults

ROOT = Path(__file__).resolve().parents[2]
PATH = f"{LOCAL_PREFIX}users/staging/user"
GROUP = "/aws/lambda/users"
FAULTS = faults()


def test_fault_names_are_unique() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("promise", [p.id for p in promises.load().values() if "e2e" in p.levels])
def test_promise_has_fault(promise: str) -> None:
    assert promise in {fault.promise for fault in FAULTS}


def test_faults_break_promises_of_e2e_level_on_known_stages() -> None:
    ledger = promises.load()
    assert [f.name for f in FAULTS if "e2e" not in ledger[f.promise].levels] == []
    assert {fault.stage for fault in FAULTS} <= STAGES.keys()


def test_unseen_faults_are_known_and_counted_in_docs() -> None:
    reasons = Counter(fault.unseen for fault in FAULTS if fault.unseen)
    page = " ".join((ROOT / "docs" / "testing.md").read_text(encoding="utf-8").split())
    assert f"{len(FAULTS) - reasons.total()} of {len(FAULTS)} turn them red" in page
    assert f"The {reasons.total()} others" in page
    for reason, number in reasons.items():
        assert re.search(rf"\({number}( faults)?\) \| {re.escape(reason)} \|", page) or (
            number == 1 and f"| {reason} |" in page
        ), reason


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ('status = 404\nwhen = "recrod"', "'recrod'"),
        ('statsu = 404\nwhen = "record"', "'statsu'"),
        ('status = [404, 405, 406]\nwhen = "record"', "status()"),
        ('status = 404\nheader = ["Vary", "*"]', "too many values"),
        ('stage = "local"', "not enough values"),
    ],
)
def test_wrong_row_is_named(tmp_path: Path, row: str, named: str) -> None:
    file = tmp_path / "e2e.toml"
    file.write_text(f'[[tls-floor]]\nname = "mine"\nbroken = "It is."\n{row}\n', encoding="utf-8")
    with pytest.raises(CannotRunError, match=rf"e2e.toml: tls-floor: mine: .*{re.escape(named)}"):
        faults(file)


@pytest.mark.parametrize(
    ("names", "missed", "problems"),
    [
        (["tag-missing", "log-not-json"], {"log-not-json"}, []),
        (["tag-missing"], {"tag-missing"}, ["missed, without a reason in `unseen`: tag-missing"]),
        (["log-not-json"], set(), ["seen, in spite of its reason in `unseen`: log-not-json"]),
    ],
)
def test_smoke_proof_fails_when_its_share_changes(
    names: list[str], missed: set[str], problems: list[str]
) -> None:
    assert cli.smoke_problems(names, missed) == problems


def test_refusal_below_limit_is_wrong_in_nothing_else() -> None:
    """All but its reason is the answer that the stage itself gives over the limit."""
    stage = target.of("https://127.0.0.1/staging")
    refuses = access.refuses_one_of(2)
    good = Response(404, (), b"")
    responses = [refuses(Request("GET", PATH, (), b""), lambda _: good) for _ in range(4)]
    assert [response.status for response in responses] == [404, 429, 404, 429]
    sent = Sent("GET", PATH, (), "")
    for response in responses[1::2]:
        answer = Answer(stage, sent, response.status, response.headers, response.body, 0.1)
        checks.gateway_error(answer, 429, "THROTTLED")


@pytest.fixture
def log_group() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("logs", region_name="us-east-1")
        client.create_log_group(logGroupName=GROUP)
        yield client


@pytest.mark.parametrize("before", [None, 14])
@pytest.mark.parametrize("days", [None, 3653])
@pytest.mark.parametrize("fails", [False, True])
def test_log_retention_is_restored(
    log_group: Any, before: int | None, days: int | None, fails: bool
) -> None:
    """To what the stage had, also after a failure."""
    running = cast(RunningStage, SimpleNamespace(outputs={"AccessLogGroup": GROUP}))
    fault = Fault("logs-expire", "kept", "", change=deployed.retention("AccessLogGroup", days))
    if before:
        log_group.put_retention_policy(logGroupName=GROUP, retentionInDays=before)
    try:
        with fault.changed(lambda _: log_group, running):
            assert _days(log_group) == days
            if fails:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert fails
    assert _days(log_group) == before


def _days(client: Any) -> int | None:
    (group,) = client.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    return cast("int | None", group.get("retentionInDays"))
