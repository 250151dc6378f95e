"""What each test level saw, in `build/evidence/LEVEL.json`: the release gate decides by it.

`Recorder` is a pytest plugin that the root conftest registers. Levels are `unit`, `infra` and
`e2e-STAGE`. A run that selects, skips or stops short of tests says so in its file.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tools import assemblies
from tools.template import Template

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("build/evidence")
FOLDERS = {"tests_unit": "unit", "tests_infra": "infra", "tests_e2e": "e2e"}
KEPT, BROKEN, NOT_RUN = "kept", "broken", "not run"
# The property of a test that makes sense on another kind of stage: it is not missing here.
ELSEWHERE = "elsewhere"
Json = dict[str, Any]


class Hooks:
    """The hook by which the e2e suite describes its stage."""

    @pytest.hookspec(firstresult=True)
    def pytest_evidence_stage(self, config: pytest.Config) -> Mapping[str, Any] | None:
        """Return `name`, `local`, and the `template` that is deployed, None where unknown."""


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


@dataclass
class Level:
    """What is known of one level during a run; `tests` maps each to its outcome and seconds."""

    tests: dict[str, Json] = field(default_factory=dict)
    promises: dict[str, set[str]] = field(default_factory=dict)

    def see(self, report: pytest.TestReport) -> None:
        """Count a phase of a test: the worst outcome of its phases is the test's."""
        test = self.tests.setdefault(report.nodeid, {"outcome": "passed", "seconds": 0.0})
        test["seconds"] = round(test["seconds"] + report.duration, 3)
        if report.outcome != "passed" and test["outcome"] != "failed":
            test["outcome"] = report.outcome
        for promise in getattr(report, "promises", ()):
            self.promises.setdefault(promise, set()).add(report.nodeid)

    def status(self, promise: str) -> str:
        """Return whether every test of a promise passed, one failed, or none ran."""
        outcomes = {self.tests[test]["outcome"] for test in self.promises.get(promise, ())}
        return BROKEN if "failed" in outcomes else KEPT if "passed" in outcomes else NOT_RUN


class Recorder:
    """Writes the evidence of every level in a run; under xdist the controller does."""

    def __init__(self, config: pytest.Config, *, promises: Callable[[], Mapping[str, Any]]) -> None:
        self.config = config
        config.pluginmanager.add_hookspecs(Hooks)
        self.promises = promises
        self.started = time.monotonic()
        # A test that runs pytest is no evidence of what it runs.
        self.nested = "PYTEST_CURRENT_TEST" in os.environ
        self.levels: dict[str, Level] = {}
        self.collected: set[str] = set()
        self.left_out: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        names = [name for mark in item.iter_markers("promise") for name in mark.args]
        report.promises = names  # type: ignore[attr-defined] # xdist brings it to the controller
        return report

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.left_out.update({item.nodeid: _elsewhere(item) for item in items})

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected |= {item.nodeid for item in session.items}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """xdist: a worker's part of what the controller does not see."""
        output = getattr(node, "workeroutput", {})
        self.collected |= set(output.get("evidence_collected", ()))
        self.left_out.update(output.get("evidence_left_out", {}))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        level = FOLDERS.get(report.nodeid.partition("/")[0])
        if level:
            self.levels.setdefault(level, Level()).see(report)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["evidence_collected"] = sorted(self.collected)
            self.config.workeroutput["evidence_left_out"] = self.left_out
            return
        if self.nested:
            return
        for name, level in self.levels.items():
            stage = (name == "e2e" and self._stage()) or {}
            if name == "e2e" and not stage:
                continue
            content = self._content(name, level, stage)
            write(self.config.rootpath / FOLDER, content | {"exit_code": int(exitstatus)})

    def _stage(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.config.hook.pytest_evidence_stage(config=self.config)
        return found

    def _content(self, name: str, level: Level, stage: Mapping[str, Any]) -> Json:
        folder = next(key for key, value in FOLDERS.items() if value == name)
        promises = [p.id for p in self.promises().values() if name in p.levels]
        outcomes = [test["outcome"] for test in level.tests.values()]
        return {
            "level": f"e2e-{stage['name']}" if name == "e2e" else name,
            **stamp(self.config.rootpath),
            "seconds": round(time.monotonic() - self.started, 1),
            "local": bool(stage.get("local", True)),
            "templates": self._templates(name, stage),
            "promises": {promise: level.status(promise) for promise in promises},
            "counts": {kind: outcomes.count(kind) for kind in ("passed", "failed", "skipped")},
            "whole": self._is_whole(folder, level),
            "skipped": sorted(n for n, t in level.tests.items() if t["outcome"] == "skipped"),
            "deselected": {
                test: why for test, why in sorted(self.left_out.items()) if _in(folder, test)
            },
            "tests": level.tests,
        }

    def _is_whole(self, folder: str, level: Level) -> bool:
        """Whether the folder as a whole was asked for, and every collected test ran."""
        asked = {os.path.relpath(path, self.config.rootpath) for path in self.config.args}
        ran = {test for test in self.collected if _in(folder, test)} <= level.tests.keys()
        return ran and bool(asked & {folder, "."})

    def _templates(self, name: str, stage: Mapping[str, Any]) -> dict[str, str]:
        if name == "e2e":
            template = stage.get("template")
            return {stage["name"]: template_digest(template)} if template else {}
        if self.config.getoption("--template", default=None):
            return {}
        folders = sorted(assemblies.assemblies().iterdir())
        return {path.name: template_digest(Template.in_assembly(path).body) for path in folders}


def write(folder: Path, content: Json) -> None:
    """Write the evidence of a level, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{content['level']}.json"
    new = file.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    new.replace(file)


def _elsewhere(item: pytest.Item) -> str:
    return str(dict(item.user_properties).get(ELSEWHERE, ""))


def _in(folder: str, test: str) -> bool:
    return test.startswith(f"{folder}/")


def _git(root: Path, *words: str) -> str | None:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
