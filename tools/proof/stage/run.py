"""Brings a good stage up, puts the proxy in front of it, and lets the suite judge the faults."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
import pytest
import trustme

from contract.smoke_user import SMOKE_USER
from tests_e2e import conftest, target
from tests_e2e.client import Client, Exchanges
from tests_e2e.failing_table import FailingTable
from tests_e2e.proxy import Proxy, proxy
from tools.local_stage.serving import RunningStage, serve
from tools.proof.shared.command import CannotRunError
from tools.proof.shared.evidence import Kill
from tools.proof.shared.suite import Suite, collect
from tools.proof.stage.blocks.serving import certified
from tools.proof.stage.fault import Fault
from tools.proof.stage.replay import Replay

SUITE = str(Path(__file__).resolve().parents[3] / "tests_e2e")


@dataclass
class FaultyStage:
    """A good stage behind a proxy that can make it wrong."""

    front: Proxy
    table: Proxy
    running: RunningStage
    authority: trustme.CA
    ca_bundle: Path

    @property
    def url(self) -> str:
        return self.running.url.replace(f":{self.running.port}/", f":{self.front.port}/")

    @contextmanager
    def wrong(self, fault: Fault) -> Iterator[None]:
        """Be wrong in this one way for the duration of the block."""
        with self.front.behaving(fault.behaviour), fault.changed(self.client, self.running):
            self.front.plain_http = fault.plain_http
            if fault.tls:
                self.front.tls = fault.tls(self.authority)
            yield

    def client(self, service: str) -> Any:
        """A client that bypasses the proxy."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.running.environment["AWS_ENDPOINT_URL"],
            verify=str(self.running.ca_bundle),
        )

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead boto3 through the proxy."""
        return {
            **self.running.environment,
            "AWS_ENDPOINT_URL": self.front.url,
            "AWS_CA_BUNDLE": str(self.ca_bundle),
        }

    def pytest_configure(self, config: pytest.Config) -> None:
        """Tell the suite that its stage is also the one whose table can fail."""
        config.stash[conftest.FAILING_TABLE] = self._failing_table

    @contextmanager
    def _failing_table(self, exchanges: Exchanges) -> Iterator[FailingTable]:
        stage = target.of(self.url, ca_bundle=self.ca_bundle)
        with closing(Client(stage, exchanges)) as client:
            yield FailingTable(client, self.table)


@contextmanager
def faulty_stage(name: str) -> Iterator[FaultyStage]:
    """Serve that stage, good at first, for the duration of the block."""
    authority = trustme.CA()
    with (
        tempfile.TemporaryDirectory(prefix="user-api-faulty-") as folder,
        proxy() as table,
        proxy(certified(authority)) as front,
        serve(stage=name, table_endpoint=table.url) as running,
    ):
        ca_bundle = Path(folder, "ca.pem")
        authority.cert_pem.write_to_path(ca_bundle)
        for passing in (front, table):
            passing.pass_to(running.environment["AWS_ENDPOINT_URL"], running.ca_bundle)
        yield FaultyStage(front, table, running, authority, ca_bundle)


def judged(
    stage: FaultyStage,
    faults: Sequence[Fault],
    *,
    full: bool,
    smoke: bool = False,
    tell: Callable[[Kill], None],
) -> list[Kill]:
    """Let the suite, or its smoke tests alone, judge every fault. Raises CannotRunError.

    `tests` names those that fail and carry the promise that the fault breaks, `other_tests` those
    that fail and do not.
    """
    os.environ.update(stage.environment)
    kills: list[Kill] = []

    def serve(suite: Suite) -> None:
        replay = Replay(suite)
        for fault in faults:
            kills.append(_kill(stage, replay, fault, full=full))
            tell(kills[-1])
        problems = list(_red_without_fault(replay, kills))
        if problems:
            raise CannotRunError("; ".join(problems))

    selection = ["-m", "smoke"] if smoke else []
    collect([*_arguments(stage), *selection], serve, [stage])
    return kills


def _arguments(stage: FaultyStage) -> list[str]:
    arguments = [SUITE, "--stage-url", stage.url, "--ca-bundle", str(stage.ca_bundle)]
    arguments += ["--stack-name", stage.running.stack_name, "--table-faults"]
    arguments += ["--smoke-user", SMOKE_USER]
    return [*arguments, "--auth", "iam" if stage.running.signed else "none"]


def _kill(stage: FaultyStage, replay: Replay, fault: Fault, *, full: bool) -> Kill:
    own, others = replay.with_promise(fault.promise), replay.without_promise(fault.promise)
    started = time.monotonic()
    with stage.wrong(fault):
        caught = _names(replay, own, all_of_them=full)
        also = _names(replay, others, all_of_them=full) if full or not caught else ()
    replay.tear_down()  # what a fixture read from the wrong stage must not outlive the fault
    seconds = round(time.monotonic() - started, 2)
    more = {"stage": fault.stage, "other_tests": also, "seconds": seconds}
    return Kill(fault.promise, fault.name, fault.description, caught, more)


def _names(replay: Replay, items: list[pytest.Item], *, all_of_them: bool) -> tuple[str, ...]:
    """The tests that fail, or the first."""
    names = (item.nodeid for item, _ in replay.failures(items))
    return tuple(names if all_of_them else islice(names, 1))


def _red_without_fault(replay: Replay, kills: Sequence[Kill]) -> Iterator[str]:
    """A test that fails on the good stage, too, has caught nothing."""
    failed = {name for kill in kills for name in (*kill.tests, *kill.more["other_tests"])}
    items = [item for item in replay.items if item.nodeid in failed]
    for item, report in replay.failures(items):
        yield f"{item.nodeid} fails on the good stage, too: {report.splitlines()[-1]}"
