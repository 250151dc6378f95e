"""The cloud assembly of a stage: made by `python -m stack`, read for its one stack."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path

from tools.local_stage.commands import Command, started
from tools.local_stage.paths import ROOT
from tools.local_stage.problems import LocalStageError
from tools.local_stage.surroundings import surroundings
from tools.template import Template, TemplateError


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
    """Synthesize a stage into `folder`/cdk.out, as `cdk synth -c stage=NAME` does.

    Without the CDK CLI it needs no credentials, so it runs while the emulator starts.
    """
    words = [sys.executable, "-m", "stack", "--stage", stage, "--output", str(folder / "cdk.out")]
    return started("cdk synth", words, env=surroundings(), folder=folder, cwd=ROOT)


def stack_in(assembly: Path) -> Template:
    """Read the stack of a cloud assembly. Raises LocalStageError unless it holds just one."""
    try:
        return Template.in_assembly(assembly)
    except TemplateError as error:
        raise LocalStageError(str(error)) from None
