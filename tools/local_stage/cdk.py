"""What is deployed, and the real CDK CLI that bootstraps an emulator and deploys it there."""

from __future__ import annotations

import json
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from tools import assemblies
from tools.local_stage import node
from tools.local_stage.emulator import REGION, Emulator
from tools.local_stage.programs import LocalStageError, Step, step
from tools.template import Template, TemplateError
from tools.template.loading import STACK

# From this tag the emulator takes the id of an API, so that URLs stay the same.
TAGS = {"ms-custom-id": "users"}


def synthesized(stage: str) -> Path:
    """Return the cloud assembly of a stage. Raises LocalStageError."""
    try:
        return assemblies.assembly(stage, report=lambda _: None)
    except assemblies.SynthesisError as error:
        raise LocalStageError(str(error)) from None


def copied(assembly: Path, folder: Path) -> Path:
    """Copy an assembly, which the CDK CLI writes to, and tag its stack. Raises LocalStageError.

    A tag of the stack reaches its resources; no template and no hash of an asset changes.
    """
    try:
        copy = shutil.copytree(assembly, folder / "cdk.out", symlinks=True)
        manifest = json.loads((copy / "manifest.json").read_bytes())
        for artifact in manifest["artifacts"].values():
            if artifact["type"] == STACK:
                artifact["properties"]["tags"] = {**artifact["properties"].get("tags", {}), **TAGS}
        (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return copy
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise LocalStageError(f"{assembly} is not a cloud assembly: {error}") from None


def stack_in(assembly: Path) -> Template:
    """Read the stack of a cloud assembly. Raises LocalStageError unless it holds just one."""
    try:
        return Template.in_assembly(assembly)
    except TemplateError as error:
        raise LocalStageError(str(error)) from None


def signed(template: Template) -> bool:
    """Return whether any method accepts signed requests only."""
    methods = template.resources("AWS::ApiGateway::Method")
    return any(method.at("AuthorizationType") == "AWS_IAM" for method in methods)


def allowed_origin(template: Template) -> str:
    """Return the first origin whose browsers the function answers."""
    function = template.only("AWS::Lambda::Function")
    origins = function.at("Environment", "Variables", "ALLOWED_ORIGINS")
    return str(origins).partition(",")[0] if origins else "http://localhost"


def asset(template: Template) -> Path:
    """Return the folder of an assembly that holds the function's code."""
    code = template.only("AWS::Lambda::Function").at("Code", "S3Key")
    return template.file.parent / f"asset.{str(code).removesuffix('.zip')}"


def bootstrap(emulator: Emulator, folder: Path) -> AbstractContextManager[Step]:
    """Create the bucket and the roles that every deployment needs."""
    return _cdk(emulator, folder, "bootstrap", f"aws://{emulator.account}/{REGION}")


def deploy(
    emulator: Emulator, folder: Path, stack: Template, outputs: Path
) -> AbstractContextManager[Step]:
    """Deploy a synthesized stack and write its outputs to a file."""
    return _cdk(
        *(emulator, folder, "deploy", stack.stack_name, "--app", str(stack.file.parent)),
        *("--require-approval", "never", "--outputs-file", str(outputs)),
        # without a change set, which nobody would look at
        *("--method", "direct"),
    )


def _cdk(emulator: Emulator, folder: Path, name: str, *words: str) -> AbstractContextManager[Step]:
    command = [str(node.NODE), str(node.CLI), name, *words, "--no-color", "--no-notices"]
    env = {
        **node.environment(),
        **emulator.client_environment,
        "NODE_EXTRA_CA_CERTS": str(emulator.certificates.ca),
    }
    # in a folder without cdk.json, or the CLI also runs the app
    return step(f"cdk {name}", command, env=env, folder=folder, cwd=folder)
