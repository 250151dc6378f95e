"""Brings the stack up on this machine and keeps it up for the duration of a block."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from tools.local_stage import bootstrap_stack, cdk, node, sample, state
from tools.local_stage.clients import Clients
from tools.local_stage.completion import complete
from tools.local_stage.emulator import Emulator, bind, certificates, emulator
from tools.local_stage.programs import with_log
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
    allowed_origin: str  # an origin whose pages may read answers
    caller: tuple[str, str] | None  # access key and secret of who may call a signed stage
    stack_name: str
    outputs: dict[str, str]
    asset: Path  # folder with the function's code as it was deployed
    environment: dict[str, str]  # for any AWS SDK or CLI, as root of the account
    folder: Path  # everything the stage writes
    emulator: Emulator

    @property
    def table_name(self) -> str:
        return self.outputs["TableName"]


@contextmanager
def serve(
    *,
    stage: str = "local",
    account: str = ACCOUNT,
    port: int | None = None,
    table_endpoint: str | None = None,
    keep: Path | None = None,
    assembly: Path | None = None,
    cdk_bootstrap: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> Iterator[RunningStage]:
    """Serve a stage for the duration of the block; raises LocalStageError when it cannot.

    `account`: 12 digits. `port`: any free one by default. `table_endpoint`: URL where the
    function finds DynamoDB, to put faults in between. `keep`: folder whose state outlives
    the block. `assembly`: a cloud assembly to deploy instead of synthesizing the stage.
    `cdk_bootstrap`: let the CDK CLI create the bootstrap stack, as with `keep`, where there may
    be one already. CloudFormation alone is faster and has the same result.
    `report` receives what is being done. Every program ends with the block, and with the thread
    that entered it.
    """
    node.install_packages(report)
    report("starting the emulator")
    settings = {"AWS_ENDPOINT_URL_DYNAMODB": table_endpoint} if table_endpoint else {}
    with _emulator(account, port, keep, settings) as (running, folder):
        with _clients(running) as clients:
            by_cli = cdk_bootstrap or keep is not None
            bootstrap = "cdk bootstrap" if by_cli else "the bootstrap stack"
            report(bootstrap if assembly else f"{bootstrap}, cdk synth -c stage={stage}")
            with _bootstrap(clients, running, folder, by_cli=by_cli):
                stack = cdk.stack_in(cdk.copied(assembly or cdk.synthesized(stage), folder))
            report(f"cdk deploy {stack.stack_name}")
            outputs, caller = _deploy(clients, running, folder, stack)
        yield _running_stage(running, folder, stage, stack, outputs, caller)


@contextmanager
def _emulator(
    account: str, port: int | None, keep: Path | None, settings: dict[str, str]
) -> Iterator[tuple[Emulator, Path]]:
    """Run an emulator with a folder of its own, and with the state that `keep` holds."""
    with ExitStack() as stack:
        store = stack.enter_context(state.kept(keep)) if keep else None
        listener = stack.enter_context(bind(port or (state.last_port(store) if store else None)))
        folder = stack.enter_context(state.folder_of(listener.getsockname()[1]))
        if store:
            state.remember_port(store, listener.getsockname()[1])
            settings = {**settings, "PERSIST_STATE": "1", "STATE_DIR": str(store / "state")}
        running = emulator(
            listener=listener,
            account=account,
            certificates=certificates((store or folder) / "tls"),
            folder=folder,
            settings=settings,
            saves=store is not None,
        )
        yield stack.enter_context(running), folder


@contextmanager
def _clients(running: Emulator) -> Iterator[Clients]:
    """Yield clients. A call that fails raises LocalStageError, which names a dead emulator."""
    with closing(Clients(running)) as clients:
        try:
            yield clients
        except (BotoCoreError, ClientError) as error:
            running.check_alive()
            raise with_log(f"the emulator refused a call: {error}", running.log) from None


@contextmanager
def _bootstrap(
    clients: Clients, running: Emulator, folder: Path, *, by_cli: bool
) -> Iterator[None]:
    """Create the bucket and the roles that every deployment needs, by the end of the block."""
    if not by_cli:
        bootstrap_stack.create(clients)
        yield
        return
    with cdk.bootstrap(running, folder) as step:
        yield
        step.wait(running.check_alive)


def _deploy(
    clients: Clients, running: Emulator, folder: Path, stack: Template
) -> tuple[dict[str, str], tuple[str, str] | None]:
    """Deploy, complete and add samples; return the stack's outputs, and the keys of a caller."""
    written = folder / "outputs.json"
    with cdk.deploy(running, folder, stack, written) as deployment:
        deployment.wait(running.check_alive)
        outputs: dict[str, str] = json.loads(written.read_bytes())[stack.stack_name]
        complete(clients, stack)
        sample.put_users(clients, outputs["TableName"])
        policy = outputs.get("CallersPolicy")
        return outputs, sample.create_caller(clients, policy) if policy else None


def _running_stage(
    running: Emulator,
    folder: Path,
    stage: str,
    stack: Template,
    outputs: dict[str, str],
    caller: tuple[str, str] | None,
) -> RunningStage:
    path = f"_aws/execute-api/{outputs['ApiId']}/{outputs['StageName']}"
    return RunningStage(
        stage=stage,
        url=f"{running.endpoint}/{path}",
        port=running.port,
        ca_bundle=running.certificates.ca,
        signed=cdk.signed(stack),
        allowed_origin=cdk.allowed_origin(stack),
        caller=caller,
        stack_name=stack.stack_name,
        outputs=outputs,
        asset=cdk.asset(stack),
        environment=running.client_environment,
        folder=folder,
        emulator=running,
    )
