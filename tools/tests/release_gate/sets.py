"""Released sets to try the gate with: built once, copied, edited and sealed again."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.rehearsal.evidence import of_good_run
from tools.release_gate import released_set
from tools.release_gate.released_set import ReleasedSet
from tools.template import Template

COMMIT = "c0ffee"
PROD_ACCOUNT = "111111111111"
Json = dict[str, Any]


def copied(base: Path, folder: Path) -> Path:
    """Copy a set."""
    shutil.copytree(base, folder)
    return folder


def edited(base: Path, folder: Path, edit: Callable[[Json], None]) -> Path:
    """Copy a set with the same edit in the template of every stage, as a synthesis writes it."""
    copied(base, folder)
    for stage in json.loads((folder / released_set.SEAL).read_text())["stages"]:
        file = Template.in_assembly(folder / stage).file
        old = hashlib.sha256(file.read_bytes()).hexdigest()
        body = json.loads(file.read_text())
        edit(body)
        text = json.dumps(body, indent=1)
        file.write_text(text)
        new = hashlib.sha256(text.encode()).hexdigest()
        for other in (folder / stage).glob("*.json"):
            other.write_text(other.read_text().replace(old, new))
    sealed(folder)
    return folder


def sealed(folder: Path, *, dirty: bool = False) -> ReleasedSet:
    """Seal a folder as if it came from a commit, in whose cdk.json prod names its account."""
    settings = released_set.stage_settings()
    settings["prod"]["account"] = PROD_ACCOUNT
    return released_set.seal(
        folder,
        settings=settings,
        cli="0",
        commit=COMMIT,
        dirty=dirty,
        time=datetime.now(UTC).isoformat(),
    )


def proven(folder: Path, evidence: Path, stage: str = "prod") -> Path:
    """Write the evidence of a good run of every level for a set."""
    of_good_run(released_set.load(folder), evidence, stage=stage)
    return evidence
