"""verdict.json, as verdict.schema.json describes it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import jsonschema

from tools.release_gate.findings import Finding
from tools.release_gate.verdict import Json, Verdict

SCHEMA = Path(__file__).with_name("verdict.schema.json")


def as_data(verdict: Verdict) -> Json:
    """Return a verdict as JSON data, which its schema accepts."""
    content = {
        "format": 1,
        "decision": verdict.decision,
        "exit_code": verdict.exit_code,
        "stage": verdict.stage,
        "candidate": verdict.candidate,
        "deployed": verdict.deployed,
        "findings": [_finding(verdict, finding) for finding in verdict.findings],
        "promises": [{**asdict(promise), "status": promise.status} for promise in verdict.promises],
        "notes": list(verdict.notes),
        "time": verdict.time.isoformat(timespec="seconds"),
        "seconds": verdict.seconds,
    }
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(content)
    return content


def render(verdict: Verdict) -> str:
    """Return the text of verdict.json."""
    return json.dumps(as_data(verdict), indent=1, ensure_ascii=False) + "\n"


def _finding(verdict: Verdict, finding: Finding) -> Json:
    allowance = verdict.allowed.get(finding)
    return {
        **asdict(finding),
        "allowed": allowance
        and {
            "reason": allowance.reason,
            "until": allowance.until and allowance.until.isoformat(),
            "source": allowance.source,
        },
    }
