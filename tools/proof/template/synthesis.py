"""This project's own templates: synthesized by `python -m stack`, run as a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


def synthesize(stages: list[str], folder: Path, *, jobs: int) -> dict[str, Path]:
    """Stage -> template file. Raises CannotRunError with the program's own last line."""
    with ThreadPoolExecutor(jobs) as threads:
        files = threads.map(lambda stage: _synthesize(stage, folder / stage), stages)
        return dict(zip(stages, files, strict=True))


def _synthesize(stage: str, folder: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-m", "stack", "--stage", stage, "--output", str(folder)],
        env={**os.environ, "CDK_VALIDATION": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CannotRunError(f"stage {stage} cannot be synthesized: {lines[-1]}")
    found = sorted(folder.glob("*.template.json"))
    if len(found) != 1:
        raise CannotRunError(f"stage {stage}: {folder} holds {len(found)} templates, not one")
    return found[0]
