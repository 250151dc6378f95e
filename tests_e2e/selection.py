"""Which checks can run on the stage that was named, and what the others need.

What a check needs follows from the fixtures that it takes and the markers that it carries;
`@pytest.mark.only(KIND)` says on which kind of stage it makes sense at all.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests_e2e.target import Target

HERE = Path(__file__).resolve().parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WRITING = frozenset(("users", "principals", "failing_table", "account"))
MARKERS = (
    "only(kind): makes sense on one kind of stage: open, iam, local, aws or aws-or-open",
    "burst: spends the rate limit, so that it runs alone on the stage",
    "smoke: reads only, and is one of the few tests that a release runs on a live stage",
    "proof(when): when the proof of faults runs it: last, own (for its own promises alone), never",
)


def chromium() -> str | None:
    """The path of an installed Chromium."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


# fixture or marker -> whether the stage and the options provide it, and else what is needed
_NEEDS: dict[str, tuple[Callable[[Target], object], str]] = {
    "api": (lambda t: t.signs or not t.expected.iam, "--auth iam with AWS credentials"),
    "users": (
        lambda t: t.table_name or t.stack_name,
        "--table-name or --stack-name with AWS credentials",
    ),
    "smoke_user": (lambda t: t.smoke_user, "--smoke-user"),
    "deployed": (lambda t: t.stack_name, "--stack-name with AWS credentials"),
    "burst": (lambda t: t.bursts, "--burst"),
    "principals": (
        lambda t: t.principals and t.stack_name,
        "--principals and --stack-name with AWS credentials",
    ),
    "failing_table": (lambda t: t.table_faults, "--table-faults"),
    "account": (lambda t: t.lifecycle, "--lifecycle"),
    "browser": (lambda _: chromium(), "Chromium (on Debian: apt-get install chromium)"),
}

_WHERE: dict[str, Callable[[Target], bool]] = {
    "open": lambda t: not t.expected.iam,
    "iam": lambda t: t.expected.iam,
    "local": lambda t: t.local,
    "aws": lambda t: not t.local,
    # Takes long, and on this machine one stage shows as much as two.
    "aws-or-open": lambda t: not t.local or not t.expected.iam,
}


def missing(item: pytest.Item, target: Target) -> str | None:
    """What the check needs and was not given, or None."""
    wanted = {*getattr(item, "fixturenames", ()), *(mark.name for mark in item.iter_markers())}
    lacking = [text for name, (has, text) in _NEEDS.items() if name in wanted and not has(target)]
    return lacking[0] if lacking else None


def elsewhere(item: pytest.Item, target: Target) -> str | None:
    """The kind of stage on which alone the check makes sense, when this is another."""
    kinds = [kind for mark in item.iter_markers("only") for kind in mark.args]
    return next((kind for kind in kinds if not _WHERE[kind](target)), None)


def check_smoke(items: Iterable[pytest.Item]) -> None:
    """Raise pytest.UsageError for a smoke test that would write: it runs on a live stage."""
    for item in items:
        writes = WRITING.intersection(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("smoke") and (writes or item.get_closest_marker("burst")):
            raise pytest.UsageError(f"{item.nodeid} is marked smoke, but does more than read")


def sentence(lacking: Iterable[str]) -> str:
    """`12 need --table-name ...; 3 need --burst`, the most frequent first."""
    counts = Counter(lacking).most_common()
    return "; ".join(f"{count} need{'s'[: count == 1]} {text}" for text, count in counts)


class Selection:
    """A pytest plugin: leaves out what cannot run on the stage, and reports it at the end."""

    def __init__(self, stage: Target) -> None:
        self._stage = stage
        self._lacking: list[str] = []  # what each check that is not run needs
        self._on_aws: list[str] = []  # checks that only AWS can prove

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        left = [item for item in items if HERE in item.path.parents and self._left_out(item)]
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)

    def _left_out(self, item: pytest.Item) -> bool:
        kind, lacking = elsewhere(item, self._stage), missing(item, self._stage)
        if kind:
            item.user_properties.append(("elsewhere", kind))  # for the evidence of the run
        if kind == "aws":
            self._on_aws.append(item.name)
        elif lacking and not kind:
            self._lacking.append(lacking)
        return bool(kind or lacking)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """xdist: take over what a worker did not run. Every worker collects the same."""
        output = getattr(node, "workeroutput", {})
        self._lacking = output.get("lacking", self._lacking)
        self._on_aws = output.get("on_aws", self._on_aws)

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if config.option.no_summary:
            return
        if self._lacking:
            line = f"not run: {sentence(self._lacking)}"
            terminalreporter.write_line(line, yellow=True)
        if self._stage.strict and (self._lacking or terminalreporter.stats.get("skipped")):
            terminalreporter.write_line("--strict: what was not run fails the run", red=True)
        if self._on_aws:
            terminalreporter.write_line(f"provable only on AWS: {', '.join(self._on_aws)}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workerinput"):
            output = session.config.workeroutput  # type: ignore[attr-defined]
            output.update(lacking=self._lacking, on_aws=self._on_aws)
            return
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        skipped = reporter.stats.get("skipped") if reporter else None
        if self._stage.strict and (self._lacking or skipped):
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
