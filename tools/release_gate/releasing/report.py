"""How a release ended: for the terminal, for programs, and for the page of a GitHub job."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.release_gate.releasing.release import Outcome, Plan
from tools.release_gate.releasing.steps import Steps


def show(folder: Path, plan: Plan, outcome: Outcome, steps: Steps) -> None:
    """Print the steps and the outcome, and write them as JSON; on GitHub, also on its pages."""
    for step in steps.done:
        print(f"{'ok' if step.good else 'BAD':4}{step.seconds:7.1f} s  {step.name:32} {step.log}")
    print(f"{outcome.sentence()} ({_write(folder, plan, outcome, steps)})")
    if os.environ.get("GITHUB_ACTIONS"):
        print("\n".join(commands(outcome, steps)))
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(markdown(plan, outcome, steps))


def commands(outcome: Outcome, steps: Steps) -> Iterator[str]:
    """Yield GitHub's commands: those of the gate, which went to its log, and the outcome."""
    for step in steps.done:
        if step.name.startswith("gate "):
            lines = step.log.read_text(encoding="utf-8", errors="replace").splitlines()
            yield from (line for line in lines if line.startswith("::"))
    kind = "error" if outcome.exit_code else "notice"
    yield f"::{kind} title=release::{_escaped(outcome.sentence())}"


def markdown(plan: Plan, outcome: Outcome, steps: Steps) -> str:
    """Return the job summary."""
    icon = "⛔" if outcome.exit_code else "✅"
    rows = [f"| {step.name} | {step.seconds} s | {_cell(step.good)} |" for step in steps.done]
    return "\n".join(
        [
            f"## {icon} release of commit {plan.candidate.commit}",
            "",
            outcome.sentence(),
            "",
            "| step | time | |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _write(folder: Path, plan: Plan, outcome: Outcome, steps: Steps) -> Path:
    content: dict[str, Any] = {
        "decision": outcome.decision,
        "stage": outcome.stage,
        "commit": plan.candidate.commit,
        "seen": outcome.seen,
        "put_back": outcome.put_back,
        "exposed_seconds": round(outcome.exposed_seconds, 1),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "steps": [
            {"name": s.name, "seconds": s.seconds, "good": s.good, "log": s.log.name}
            for s in steps.done
        ],
    }
    file = folder / "release-verdict.json"
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return file


def _cell(good: bool) -> str:
    return "ok" if good else "**red**"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
