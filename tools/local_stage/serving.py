"""Brings the stack up on this machine and keeps it up for the duration of a block."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from tools import assemblies
from tools.local_stage import keeping, node_packages, state
from tools.local_stage.assembly import allowed_origin, copied, signed, stack_in, synth
from tools.local_stage.cdk_cli import bootstrap, deploy
from tools.local_stage.certificates import certificates
from tools.local_stage.clients import Clients
from tools.local_stage.completion import complete
from tools.local_stage.emulator import Emulator, bind, emulator
from tools.local_stage.sample_users import put_sample_users
from tools.template import Template

ACCOUNT = "000000000000"


@dataclass(frozen=True)
class RunningStage:
    """A stage that is being served."""

    stage: str
    url: str  # https://127.0.0.1:PORT/..., without a slash at the end
    port: int
    ca_bundle: Path  # PEM file, to trust the URL's certificate
    signed: bool  # requests need a signature (AWS_IAM)
    allowed_origin: str  # one whose browsers may read answers
    account: str
    stack_name: str
    outputs: dict[str, str]
    environment: dict[str, str]  # for any AWS SDK or CLI, as root of the account
    folder: Path  # everything the stage writes
    log_file: Path  # the emulator's log
    emulator: Emulator

    @property
    def table_name(self) -> str:
        return self.outputs["TableName"]


Report = Callable[[str], None]


def _silent(_: str) -> None:
    """No progress display."""


@contextmanager
def serve(
    *,
    stage: str = "local",
    account: str = ACCOUNT,
    port: int | None = None,
    table_endpoint: str | None = None,
    keep: Path | None = None,
    assembly: Path | None = None,
    report: Report = _silent,
) -> Iterator[RunningStage]:
    """Serve a stage for the duration of the block; raises LocalStageError when it cannot.

    `account`: 12 digits. `port`: any free one by default. `table_endpoint`: URL where the
    function finds DynamoDB, to put faults in between. `keep`: folder whose state outlives
    the block. `assembly`: a cloud assembly to deploy instead of synthesizing the stage.
    `report` is told what is being done. Every program started ends with the block, and with
    the thread that entered it.
    """
    node_packages.ensure(report)
    synthesizing = "" if assembly else f", cdk synth -c stage={stage}"
    settings = {"AWS_ENDPOINT_URL_DYNAMODB": table_endpoint} if table_endpoint else {}
    with _place(port, keep) as place, ExitStack() as commands:
        made = None if assembly else commands.enter_context(synth(stage, place.folder))
        report(f"starting the emulator{synthesizing}")
        with place.emulator(account, settings) as running:
            report(f"cdk bootstrap{synthesizing}")
            bootstrapped = commands.enter_context(bootstrap(running, place.folder))
            if made:
                made.wait(running)
            stack = stack_in(copied(assembly or assemblies.assembly(stage), place.folder))
            bootstrapped.wait(running)
            report(f"cdk deploy {stack.stack_name}")
            outputs = _deploy(running, place.folder, stack)
            commands.close()
            yield _running_stage(running, place.folder, stage, stack, outputs)


@dataclass(frozen=True)
class _Place:
    """Where a stage is served, and where its files are."""

    listener: socket
    folder: Path
    store: Path | None  # what outlives the stage

    def emulator(self, account: str, settings: dict[str, str]) -> AbstractContextManager[Emulator]:
        return emulator(
            listener=self.listener,
            account=account,
            certificates=certificates((self.store or self.folder) / "tls"),
            folder=self.folder,
            settings={**settings, **(keeping.settings(self.store) if self.store else {})},
            saves=self.store is not None,
        )


@contextmanager
def _place(port: int | None, keep: Path | None) -> Iterator[_Place]:
    with ExitStack() as stack:
        store = stack.enter_context(keeping.kept(keep)) if keep else None
        wanted = port or (keeping.last_port(store) if store else None)
        listener = stack.enter_context(bind(wanted))
        port = listener.getsockname()[1]
        if store:
            keeping.remember_port(store, port)
        yield _Place(listener, stack.enter_context(state.folder_of(port)), store)


def _deploy(running: Emulator, folder: Path, stack: Template) -> dict[str, str]:
    """Deploy, complete, and put the sample users in. Returns the stack's outputs."""
    written = folder / "outputs.json"
    with deploy(running, folder, stack, written) as deployed, closing(Clients(running)) as clients:
        deployed.wait(running)
        outputs: dict[str, str] = json.loads(written.read_bytes())[stack.stack_name]
        complete(clients, stack)
        put_sample_users(clients, outputs["TableName"])
    return outputs


def _running_stage(
    running: Emulator, folder: Path, stage: str, stack: Template, outputs: dict[str, str]
) -> RunningStage:
    path = f"_aws/execute-api/{outputs['ApiId']}/{outputs['StageName']}"
    return RunningStage(
        stage=stage,
        url=f"{running.endpoint}/{path}",
        port=running.port,
        ca_bundle=running.certificates.ca,
        signed=signed(stack),
        allowed_origin=allowed_origin(stack),
        account=running.account,
        stack_name=stack.stack_name,
        outputs=outputs,
        environment=running.client_environment,
        folder=folder,
        log_file=running.log,
        emulator=running,
    )
