"""The cloud assembly of a stage: copied for its deployment, and read for its one stack."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from tools.local_stage.commands import Command, started
from tools.local_stage.paths import ROOT
from tools.local_stage.problems import LocalStageError
from tools.local_stage.surroundings import surroundings
from tools.template import Template, TemplateError

STACK = "aws:cloudformation:stack"
# From this tag the emulator takes the id of an API, so that URLs stay the same.
TAGS = {"ms-custom-id": "users"}


def signed(template: Template) -> bool:
    """Return whether any method accepts signed requests only."""
    methods = template.resources("AWS::ApiGateway::Method")
    return any(method.at("AuthorizationType") == "AWS_IAM" for method in methods)


def allowed_origin(template: Template) -> str:
    """Return the first origin whose browsers the function answers."""
    function = template.only("AWS::Lambda::Function")
    origins = function.at("Environment", "Variables", "ALLOWED_ORIGINS")
    return str(origins).partition(",")[0] if origins else "http://localhost"


def synth(stage: str, folder: Path) -> AbstractContextManager[Command]:
    """Synthesize a stage unless that is done; it needs no emulator, so both can start at once."""
    words = [sys.executable, "-m", "tools.assemblies", "--stage", stage]
    return started("cdk synth", words, env=surroundings(), folder=folder, cwd=ROOT)


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
