"""The real CDK CLI against an emulator: bootstrap and deploy."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from tools.local_stage.commands import Command, started
from tools.local_stage.emulator import REGION, Emulator
from tools.local_stage.node_packages import NODE
from tools.local_stage.paths import NODE_MODULES
from tools.local_stage.surroundings import surroundings
from tools.template import Template

CDK = NODE_MODULES / "aws-cdk" / "bin" / "cdk"


def bootstrap(emulator: Emulator, folder: Path) -> AbstractContextManager[Command]:
    """Make the bucket and the roles that every deployment needs."""
    return _cdk(emulator, folder, "bootstrap", f"aws://{emulator.account}/{REGION}")


def deploy(
    emulator: Emulator, folder: Path, stack: Template, outputs: Path
) -> AbstractContextManager[Command]:
    """Deploy a synthesized stack and write its outputs to a file."""
    return _cdk(
        *(emulator, folder, "deploy", stack.stack_name, "--app", str(stack.file.parent)),
        *("--require-approval", "never", "--outputs-file", str(outputs)),
        # without a change set, that nobody would look at
        *("--method", "direct"),
    )


def _cdk(
    emulator: Emulator, folder: Path, name: str, *words: str
) -> AbstractContextManager[Command]:
    command = [str(NODE), str(CDK), name, *words, "--no-color", "--no-notices"]
    env = {
        **surroundings(),
        **emulator.client_environment,
        "NODE_EXTRA_CA_CERTS": str(emulator.certificates.ca),
    }
    # in a folder without cdk.json, or the CLI also runs the app
    return started(f"cdk {name}", command, env=env, folder=folder, cwd=folder)
