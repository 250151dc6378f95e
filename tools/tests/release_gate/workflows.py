"""The workflows of GitHub Actions, as far as tests read them: jobs, their command, artifacts."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / ".github" / "workflows"
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.yml")))
UPLOAD, DOWNLOAD = "actions/upload-artifact", "actions/download-artifact"


@dataclass(frozen=True)
class Job:
    """One job of a workflow."""

    name: str
    body: Mapping[str, Any]

    @property
    def commands(self) -> list[str]:
        return [step["run"] for step in self.body["steps"] if "run" in step]

    @property
    def needs(self) -> list[str]:
        needs = self.body.get("needs", [])
        return [needs] if isinstance(needs, str) else needs

    def artifacts(self, action: str) -> dict[str, list[str]]:
        """Return the paths of each artifact that an action of this name takes or gives."""
        return {
            step["with"]["name"]: step["with"]["path"].split()
            for step in self.body["steps"]
            if step.get("uses", "").startswith(f"{action}@")
        }


def jobs(workflow: str) -> dict[str, Job]:
    """Return the jobs of a workflow by name."""
    return {name: Job(name, body) for name, body in body_of(workflow)["jobs"].items()}


@functools.cache
def body_of(workflow: str) -> Any:
    """Return the content of a workflow, which nobody changes."""
    return yaml.safe_load((FOLDER / f"{workflow}.yml").read_text(encoding="utf-8"))


def words(command: str) -> list[str]:
    """Return the words of `make TARGET ARGS="..."`: the target, and its arguments."""
    program, target, *rest = shlex.split(command)
    assert program == "make", command
    assert len(rest) < 2, command
    return [target, *(shlex.split(rest[0].removeprefix("ARGS=")) if rest else [])]
