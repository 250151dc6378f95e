"""The evidence of each test level, in `build/evidence/LEVEL.json`: the release gate decides by it.

Levels are `unit`, `infra` and `e2e-STAGE`. `tools.recorder` writes it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("build/evidence")
KEPT, BROKEN, NOT_RUN = "kept", "broken", "not run"
Json = dict[str, Any]


def stamp(root: Path = ROOT) -> Json:
    """Return what binds evidence to a state of the sources: commit, dirty or not, and time.

    Without git the commit is empty, and the tree counts as dirty.
    """
    commit, status = _git(root, "rev-parse", "HEAD"), _git(root, "status", "--porcelain")
    return {
        "commit": commit or "",
        "dirty": commit is None or status != "",
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def template_digest(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a template's content, however its file is laid out."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write(folder: Path, content: Json) -> None:
    """Write the evidence of a level, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{content['level']}.json"
    new = file.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    new.replace(file)


def _git(root: Path, *words: str) -> str | None:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
