"""A pytest plugin that writes the evidence of each level; the root conftest registers it.

A run that selects, skips or stops short of tests says so in its file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tools import assemblies
from tools.evidence import BROKEN, FOLDER, KEPT, NOT_RUN, Json, stamp, template_digest, write
from tools.template import Template

FOLDERS = {"tests_unit": "unit", "tests_infra": "infra", "tests_e2e": "e2e"}
# The property of a test that makes sense on another kind of stage: it is not missing here.
ELSEWHERE = "elsewhere"


class Hooks:
    """The hook by which the e2e suite describes its stage."""

    @pytest.hookspec(firstresult=True)
    def pytest_evidence_stage(self, config: pytest.Config) -> Mapping[str, Any] | None:
        """Return `name`, `local`, and the `template` that is deployed, None where unknown."""


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


def _elsewhere(item: pytest.Item) -> str:
    return str(dict(item.user_properties).get(ELSEWHERE, ""))


def _in(folder: str, test: str) -> bool:
    return test.startswith(f"{folder}/")
