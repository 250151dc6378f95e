"""SARIF 2.1.0, for GitHub code scanning."""

from __future__ import annotations

import json

from tools.release_gate import rules
from tools.release_gate.findings import Finding
from tools.release_gate.reports.source import location
from tools.release_gate.verdict import Json, Verdict

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.0", "low": "2.0"}


def render(verdict: Verdict) -> str:
    """Return the text of verdict.sarif; an allowed finding is a suppressed result."""
    run = {
        "tool": {
            "driver": {
                "name": "release gate",
                "informationUri": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/",
                "rules": [_rule(name, sentence) for name, sentence in rules.sentences().items()],
            }
        },
        "results": [_result(verdict, finding) for finding in verdict.findings],
    }
    content = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _rule(name: str, sentence: str) -> Json:
    severity = rules.load()[name].RULE.severity
    return {
        "id": name,
        "shortDescription": {"text": sentence},
        "properties": {"security-severity": SCORES[severity]},
    }


def _result(verdict: Verdict, finding: Finding) -> Json:
    file, line = location(finding)
    allowance = verdict.allowed.get(finding)
    text = f"{finding.construct}: {finding.before} -> {finding.after}. {finding.why}"
    result: Json = {
        "ruleId": finding.id,
        "level": LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": file},
                    "region": {"startLine": line},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.construct}],
            }
        ],
        "partialFingerprints": {"finding": f"{verdict.stage}/{finding.id}/{finding.construct}"},
    }
    if allowance:
        result["suppressions"] = [{"kind": "external", "justification": allowance.reason}]
    return result
