"""Hooks and fixtures of the e2e suite; the options stand in `target`."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("tests_e2e.checks", "tests_e2e.client")

from tests_e2e import aws, reach, selection, target, traffic  # noqa: E402 - after the line above
from tests_e2e.client import Client, Exchanges  # noqa: E402
from tests_e2e.failing_table import FailingTable  # noqa: E402
from tests_e2e.failing_table import failing_table as failing_table_stage  # noqa: E402
from tests_e2e.leftovers import Journal  # noqa: E402
from tests_e2e.signing import Signer  # noqa: E402
from tests_e2e.target import Target  # noqa: E402

HERE = Path(__file__).resolve().parent
TARGET = pytest.StashKey[Target]()
FOLDER = pytest.StashKey[Path]()  # what the workers of a run share
EXCHANGES = pytest.StashKey[Exchanges]()
FAILING_TABLE = pytest.StashKey[Callable[[Exchanges], AbstractContextManager[FailingTable]]]()
LACKING = pytest.StashKey[list[str]]()  # what each check that is not run needs
ELSEWHERE = pytest.StashKey[list[str]]()  # checks that only AWS can prove


def pytest_addoption(parser: pytest.Parser) -> None:
    target.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "only(kind): makes sense on one kind of stage: open, iam, local or aws"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """xdist: keeps what must be kept together in one worker, unless another way was asked for."""
    return traffic.Schedule(config, log) if config.getvalue("dist") == "load" else None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    config.stash[TARGET] = stage = target.from_options(config)
    config.stash[EXCHANGES] = Exchanges()
    config.stash[LACKING], config.stash[ELSEWHERE] = [], []
    if _is_worker(config):
        config.stash[FOLDER] = Path(config.workerinput["e2e_folder"])  # type: ignore[attr-defined]
        return
    problem = reach.stage_problem(stage) or reach.access_problem(stage)
    if problem:
        pytest.exit(problem, returncode=1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end in order then, too
    config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="user-api-e2e-"))


def pytest_configure_node(node: Any) -> None:
    """xdist: what a worker must know."""
    node.workerinput["e2e_folder"] = str(node.config.stash[FOLDER])


def pytest_testnodedown(node: Any) -> None:
    """xdist: what a worker did not run. Every worker collects the same."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[LACKING] = output.get("lacking", node.config.stash[LACKING])
    node.config.stash[ELSEWHERE] = output.get("elsewhere", node.config.stash[ELSEWHERE])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if TARGET not in config.stash:
        raise pytest.UsageError(
            "name tests_e2e on the command line: pytest tests_e2e --stage-url URL"
        )
    stage = config.stash[TARGET]
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        kind = selection.elsewhere(item, stage) if HERE in item.path.parents else None
        lacking = selection.missing(item, stage) if HERE in item.path.parents else None
        (left if kind or lacking else kept).append(item)
        if kind == "aws":
            config.stash[ELSEWHERE].append(item.name)
        elif lacking and not kind:
            config.stash[LACKING].append(lacking)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and TARGET in item.config.stash:
        shown = item.config.stash[EXCHANGES].shown()
        if shown:
            report.sections.append(("to repeat it", shown))
    return report


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[EXCHANGES].last.clear()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if TARGET not in config.stash or config.option.no_summary:
        return
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "summary":
                terminalreporter.write_line(value)
    skipped = terminalreporter.stats.get("skipped", [])
    lacking = config.stash[LACKING].copy()
    lacking += [str(report.longrepr[2]) for report in skipped]
    if lacking:
        end = " (--strict: this fails the run)" if config.stash[TARGET].strict else ""
        terminalreporter.write_line(f"not run: {selection.sentence(lacking)}{end}", yellow=True)
    elsewhere = config.stash[ELSEWHERE]
    if elsewhere:
        terminalreporter.write_line(f"provable only on AWS: {', '.join(elsewhere)}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if FOLDER not in config.stash:
        return
    if _is_worker(config):
        config.workeroutput["lacking"] = config.stash[LACKING]  # type: ignore[attr-defined]
        config.workeroutput["elsewhere"] = config.stash[ELSEWHERE]  # type: ignore[attr-defined]
        return
    journal = Journal(config.stash[FOLDER] / "journal")
    for thing in journal.remaining():
        aws.remove(journal, *thing)
    shutil.rmtree(config.stash[FOLDER])
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped") if reporter else None
    if config.stash[TARGET].strict and (config.stash[LACKING] or skipped):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def stage(pytestconfig: pytest.Config) -> Target:
    """The stage under test."""
    return pytestconfig.stash[TARGET]


@pytest.fixture(scope="session")
def anonymous(pytestconfig: pytest.Config, stage: Target) -> Iterator[Client]:
    """Asks without a signature."""
    client = Client(stage, pytestconfig.stash[EXCHANGES])
    yield client
    client.close()


@pytest.fixture(scope="session")
def api(pytestconfig: pytest.Config, stage: Target) -> Iterator[Client]:
    """Asks as somebody who may: signed where the stage wants that."""
    client = Client(
        stage, pytestconfig.stash[EXCHANGES], aws.signer(stage) if stage.signs else None
    )
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _traffic(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Iterator[None]:
    road = traffic.Traffic(pytestconfig.stash[FOLDER])
    if "failing_table" in request.fixturenames:  # that is another stage
        yield
        return
    burst = "burst" in request.fixturenames
    with road.alone() if burst else road.ordinary():
        yield


@pytest.fixture
def burst() -> None:
    """The check sends a burst: it runs alone on the stage."""


@pytest.fixture(scope="session")
def journal(pytestconfig: pytest.Config) -> Journal:
    return Journal(pytestconfig.stash[FOLDER] / "journal")


@pytest.fixture(scope="session")
def principals(api: Client, stage: Target, journal: Journal) -> Iterator[Callable[[str], Signer]]:
    """Makes IAM users who may call one method and path of the stage; gives what signs as one."""
    names = []

    def made(allowed: str) -> Signer:
        region = api.signer.region if api.signer else ""
        name, signer = aws.principal(journal, stage, region, allowed)
        names.append(name)
        return signer

    yield made
    for name in names:
        aws.remove(journal, "principal", name)


@pytest.fixture(scope="session")
def deployed(stage: Target) -> dict[str, str]:
    """The outputs of the stack under test."""
    assert stage.stack_name
    return aws.stack_outputs(stage.stack_name)


@pytest.fixture(scope="session")
def table_name(stage: Target, request: pytest.FixtureRequest) -> str:
    if stage.table_name:
        return stage.table_name
    outputs: dict[str, str] = request.getfixturevalue("deployed")
    return outputs["TableName"]


@pytest.fixture
def users(table_name: str, journal: Journal) -> Iterator[aws.Users]:
    """Places test users, and removes them when the check is over."""
    placed = aws.Users(table_name, journal)
    yield placed
    placed.remove_all()


@pytest.fixture(scope="session")
def failing_table(pytestconfig: pytest.Config) -> Iterator[FailingTable]:
    """A stage whose table fails on demand: one of its own, unless a plugin names one."""
    bring_up = pytestconfig.stash.get(FAILING_TABLE, failing_table_stage)
    with bring_up(pytestconfig.stash[EXCHANGES]) as stage:
        yield stage
