"""This project's own templates, out of the assemblies of `python -m tools.assemblies`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ...template import Template, TemplateError
from ..shared.command import CannotRunError


def stage_names(root: Path) -> list[str]:
    """The stages of cdk.json. Raises CannotRunError outside such a project."""
    file = root / "cdk.json"
    try:
        stages = json.loads(file.read_text(encoding="utf-8"))["context"]["stages"]
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotRunError(
            "no cdk.json with context.stages here: name a template by --template FILE --tests PATH"
        ) from None
    return list(stages)


def templates(stages: list[str]) -> dict[str, Template]:
    """Stage -> template. Raises CannotRunError with the reason of a failed synthesis."""
    command = [sys.executable, "-m", "tools.assemblies"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRunError(done.stderr.strip())
    folder = Path(done.stdout.strip())
    try:
        return {stage: Template.in_assembly(folder / stage) for stage in stages}
    except TemplateError as problem:
        raise CannotRunError(str(problem)) from None
