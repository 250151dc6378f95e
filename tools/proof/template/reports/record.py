"""The evidence of a run as JSON, with every mutant: the same run gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...shared import evidence
from ...shared.evidence import Kill
from ...shared.verdicts import NOTICED
from ..score import ALIVE, Stage, Verdict


def write(
    file: Path,
    stages: list[Stage],
    kills: list[Kill],
    broken: list[str],
    stamp: Mapping[str, Any],
) -> None:
    """Write kills (the proofs of the promises), survivors, counts and scores; then every mutant."""
    evidence.write(
        file,
        "infra",
        stamp=stamp,
        summary=_summary(stages),
        kills=kills,
        survivors=[
            {"stage": stage.name, "mutant": verdict.mutant.name, "status": verdict.status}
            for stage in stages
            for verdict in stage.with_status(*ALIVE)
        ],
        counts={stage.name: stage.counts for stage in stages},
        scores={stage.name: {"raw": stage.raw_score, "valid": stage.score} for stage in stages},
        samples={stage.name: asdict(stage.sample) for stage in stages},
        broken_rules=broken,
        stages=[_stage(stage) for stage in stages],
    )


def _summary(stages: list[Stage]) -> evidence.Summary:
    """Of all stages together; of a stage beside the full one only what differs from it ran."""
    return evidence.Summary(
        broken=sum(len(stage.verdicts) for stage in stages),
        noticed=sum(len(stage.with_status(*NOTICED)) for stage in stages),
        missed=sum(len(stage.with_status(*ALIVE)) for stage in stages),
        false_alarms=len({test for stage in stages for test in stage.red_on_canary}),
    )


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
    names = ("name", "group", "operator", "type", "pointer", "description", "must_kill")
    return {
        **{name: getattr(verdict.mutant, name) for name in names},
        "status": verdict.status,
        "reason": verdict.reason,
        "killed_by": list(verdict.killers),
    }
