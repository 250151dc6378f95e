"""The canonical JSON of a run: the same run gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..score import ERROR, SURVIVED, Stage, Verdict, promise_kills


def write(file: Path, stages: list[Stage], broken: list[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(as_data(stages, broken), indent=1, sort_keys=True, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def as_data(stages: list[Stage], broken: list[str]) -> dict[str, Any]:
    """Level, kills (one proof a promise), survivors and counts; then every mutant."""
    return {
        "level": "infra",
        "kills": [
            {
                "promise": kill.promise,
                "mutant": kill.verdict.mutant.name,
                "description": kill.verdict.mutant.description,
                "stage": kill.stage,
                "tests": list(kill.tests),
            }
            for kill in promise_kills(stages)
        ],
        "survivors": [
            {"stage": stage.name, "mutant": verdict.mutant.name, "status": verdict.status}
            for stage in stages
            for verdict in stage.with_status(SURVIVED, ERROR)
        ],
        "counts": {stage.name: stage.counts for stage in stages},
        "scores": {stage.name: {"raw": stage.raw_score, "valid": stage.score} for stage in stages},
        "broken_rules": broken,
        "stages": [_stage(stage) for stage in stages],
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "template": stage.template,
        "tests": [test.id for test in stage.tests],
        "red_on_canary": stage.red_on_canary,
        "too_wide": stage.too_wide,
        "mutants": [_mutant(verdict) for verdict in stage.verdicts],
    }


def _mutant(verdict: Verdict) -> dict[str, Any]:
    mutant = verdict.mutant
    return {
        "name": mutant.name,
        "group": mutant.group,
        "operator": mutant.operator,
        "type": mutant.type,
        "pointer": mutant.pointer,
        "description": mutant.description,
        "must_kill": mutant.must_kill,
        "status": verdict.status,
        "reason": verdict.reason,
        "killed_by": list(verdict.killers),
    }
