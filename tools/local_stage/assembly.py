"""The cloud assembly of a stage: made by `python -m stack`, read for its one stack."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.local_stage.commands import Command, started
from tools.local_stage.paths import ROOT
from tools.local_stage.problems import LocalStageError
from tools.local_stage.surroundings import surroundings


@dataclass(frozen=True)
class StackArtifact:
    """The one stack of a cloud assembly."""

    name: str
    assembly: Path
    template: Mapping[str, Any]

    @property
    def signed(self) -> bool:
        """Whether any method wants signed requests."""
        return any(one.get("AuthorizationType") == "AWS_IAM" for one in self._properties())

    @property
    def allowed_origin(self) -> str:
        """The first origin whose browsers the function answers."""
        for properties in self._properties():
            variables = properties.get("Environment", {}).get("Variables", {})
            if "ALLOWED_ORIGINS" in variables:
                return str(variables["ALLOWED_ORIGINS"]).partition(",")[0]
        return "http://localhost"

    def _properties(self) -> list[dict[str, Any]]:
        return [one.get("Properties", {}) for one in self.template["Resources"].values()]


def synth(stage: str, folder: Path) -> AbstractContextManager[Command]:
    """Synthesize a stage into `folder`/cdk.out, as `cdk synth -c stage=NAME` does.

    Without the CDK CLI it needs no credentials, so it runs while the emulator starts.
    """
    words = [sys.executable, "-m", "stack", "--stage", stage, "--output", str(folder / "cdk.out")]
    return started("cdk synth", words, env=surroundings(), folder=folder, cwd=ROOT)


def stack_in(assembly: Path) -> StackArtifact:
    """Read the stack of a cloud assembly. Raises LocalStageError unless it holds just one."""
    try:
        artifacts = json.loads((assembly / "manifest.json").read_bytes())["artifacts"]
        found = [one for one in artifacts.items() if one[1]["type"] == "aws:cloudformation:stack"]
        [(artifact_id, artifact)] = found
        properties = artifact["properties"]
        template = json.loads((assembly / properties["templateFile"]).read_bytes())
        return StackArtifact(properties.get("stackName", artifact_id), assembly, template)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise LocalStageError(f"{assembly} is no cloud assembly of one stack: {error}") from None
