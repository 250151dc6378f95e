"""The evidence of a good run of every level, for the levels that a case does not run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.evidence import KEPT, template_digest
from tools.release_gate.released_set import ReleasedSet
from tools.release_gate.settings import DEMANDS

Json = dict[str, Any]


def of_good_run(released: ReleasedSet, folder: Path, *, stage: str = "prod") -> None:
    """Write the evidence that a stage demands, as if every level had passed on this very set."""
    demands = DEMANDS[stage]
    stamp = {"commit": released.commit, "dirty": False, "time": released.seal["time"]}
    digests = {name: template_digest(found.body) for name, found in released.templates.items()}
    promises = released.contract.promises.values()
    for level, kind in {**demands.also, **demands.levels}.items():
        names = [promise.id for promise in promises if kind in promise.levels]
        of_stage = level.removeprefix("e2e-")
        content = {
            **stamp,
            "templates": {of_stage: digests[of_stage]} if kind == "e2e" else digests,
            "promises": dict.fromkeys(names, KEPT),
            "counts": {"passed": len(names), "failed": 0, "skipped": 0},
            "exit_code": 0,
            "whole": True,
            "local": True,
        }
        write(folder / "evidence" / f"{level}.json", content)
    for level in demands.mutation:
        kills = [{"promise": p.id, "mutant": "m"} for p in promises if level in p.levels]
        write(folder / "mutation" / f"{level}.json", {**stamp, "kills": kills, "survivors": []})


def write(file: Path, content: Json) -> None:
    """Write a file of evidence and its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")


def edit(file: Path, **changes: Any) -> None:
    """Change some entries of a file of evidence."""
    write(file, {**json.loads(file.read_text(encoding="utf-8")), **changes})
