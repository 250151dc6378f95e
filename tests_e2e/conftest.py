"""Hooks and fixtures of the e2e suite; its options are in `target`."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("tests_e2e.checks", "tests_e2e.client")

from contract.routes import READS  # noqa: E402 - after the line above
from tests_e2e import aws, reach, repeating, selection, target  # noqa: E402
from tests_e2e.client import Client, Exchanges  # noqa: E402
from tests_e2e.failing_table import FailingTable  # noqa: E402
from tests_e2e.failing_table import failing_table as failing_table_stage  # noqa: E402
from tests_e2e.leftovers import Journal  # noqa: E402
from tests_e2e.principals import Principals  # noqa: E402
from tests_e2e.target import Target  # noqa: E402
from tests_e2e.traffic import Schedule, Traffic, write_groups  # noqa: E402
from tests_e2e.users import Users  # noqa: E402

TARGET = pytest.StashKey[Target]()
FOLDER = pytest.StashKey[Path]()  # what the workers of a run share
EXCHANGES = pytest.StashKey[Exchanges]()
FAILING_TABLE = pytest.StashKey[Callable[[Exchanges], AbstractContextManager[FailingTable]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    target.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    for marker in selection.MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """xdist: keep each `xdist_group` in one worker, unless another way was asked for."""
    by_default = config.getvalue("dist") == "load"
    return Schedule(config, log, config.stash[FOLDER]) if by_default else None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    config.stash[TARGET] = stage = target.from_options(config)
    config.stash[EXCHANGES] = Exchanges()
    config.pluginmanager.register(selection.Selection(stage))
    if _is_worker(config):
        config.stash[FOLDER] = Path(config.workerinput["e2e_folder"])  # type: ignore[attr-defined]
        return
    problem = reach.stage_problem(stage) or reach.access_problem(stage)
    if problem:
        pytest.exit(problem, returncode=1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # fixtures are torn down then, too
    config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="user-api-e2e-"))


@pytest.hookimpl(optionalhook=True)
def pytest_evidence_stage(config: pytest.Config) -> dict[str, Any]:
    """Name the stage in the evidence of the run, with the template that is deployed."""
    stage = config.stash[TARGET]
    template = aws.template(stage.stack_name) if stage.stack_name else None
    return {"name": stage.stage_name, "local": stage.local, "template": template}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: pass on what a worker must know."""
    node.workerinput["e2e_folder"] = str(node.config.stash[FOLDER])


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where the smoke tests run alone, import no other: a release waits for them."""
    smoke_alone = config.getoption("markexpr") == "smoke" and collection_path.suffix == ".py"
    return (smoke_alone and "mark.smoke" not in collection_path.read_text("utf-8")) or None


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    """Load the plugin that collects what schemathesis generates: it takes half a second."""
    if module_path.name == "test_fuzz.py":
        parent.config.pluginmanager.import_plugin("schemathesis.pytest.plugin")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Add the operation to the id of a generated test: pytest 9.2 leaves it out."""
    if getattr(item, "operation_label", None) and item.parent:
        item._id = item.parent.id.child(item.name)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if TARGET not in config.stash:
        raise pytest.UsageError(
            "name tests_e2e on the command line: pytest tests_e2e --stage-url URL"
        )
    selection.check_smoke(items)
    if config.getoption("markexpr") == "smoke":  # the latency budget first
        items.sort(key=lambda item: item.path.name != "test_smoke.py")
    if _is_worker(config):
        write_groups(items, config.stash[FOLDER])


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[EXCHANGES].last.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and TARGET in item.config.stash:
        users = getattr(item, "funcargs", {}).get("users")
        lines = repeating.lines(
            item.config.stash[TARGET],
            item.config.stash[EXCHANGES],
            *((users.table, users.placed) if users else ("", {})),
        )
        if lines:
            report.sections.append(("to repeat it", lines))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "summary":
                terminalreporter.write_line(value)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if FOLDER not in config.stash or _is_worker(config):
        return
    journal = Journal(config.stash[FOLDER] / "journal")
    for thing in journal.remaining():
        journal.remove(*thing)
    shutil.rmtree(config.stash[FOLDER])


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def stage(pytestconfig: pytest.Config) -> Target:
    """The stage under test."""
    return pytestconfig.stash[TARGET]


@pytest.fixture(scope="session")
def anonymous(pytestconfig: pytest.Config, stage: Target) -> Iterator[Client]:
    """A client that does not sign."""
    with closing(Client(stage, pytestconfig.stash[EXCHANGES])) as client:
        yield client


@pytest.fixture(scope="session")
def api(pytestconfig: pytest.Config, stage: Target) -> Iterator[Client]:
    """A client that may ask for everything: it signs where the stage requires that."""
    signer = aws.signer(stage) if stage.signs else None
    with closing(Client(stage, pytestconfig.stash[EXCHANGES], signer)) as client:
        yield client


@pytest.fixture(params=[route.address for route in READS])
def route(request: pytest.FixtureRequest) -> str:
    """Each route that reads a user, with a place for the id."""
    return str(request.param)


@pytest.fixture(autouse=True)
def _traffic(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Iterator[None]:
    traffic = Traffic(pytestconfig.stash[FOLDER])
    if "failing_table" in request.fixturenames:  # that is another stage
        yield
        return
    burst = request.node.get_closest_marker("burst")
    with traffic.alone() if burst else traffic.ordinary():
        yield


@pytest.fixture(scope="session")
def journal(pytestconfig: pytest.Config) -> Journal:
    return Journal(pytestconfig.stash[FOLDER] / "journal")


@pytest.fixture(scope="session")
def principals(api: Client, stage: Target, journal: Journal) -> Iterator[Principals]:
    """Creates IAM users who may call a part of the stage, and removes them after the run."""
    created = Principals(stage, api.signer.region if api.signer else "", journal)
    try:
        yield created
    finally:
        created.remove_all()


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
def users(table_name: str, journal: Journal) -> Iterator[Users]:
    """Places test users, and removes them after the check."""
    placed = Users(table_name, journal)
    try:
        yield placed
    finally:
        placed.remove_all()


@pytest.fixture(scope="session")
def smoke_user(stage: Target) -> str:
    """The id of the stage's permanent synthetic user, who is only ever read."""
    assert stage.smoke_user
    return stage.smoke_user


@pytest.fixture(scope="session")
def failing_table(pytestconfig: pytest.Config) -> Iterator[FailingTable]:
    """A stage whose table fails on demand: a separate one, unless a plugin names another."""
    bring_up = pytestconfig.stash.get(FAILING_TABLE, failing_table_stage)
    with bring_up(pytestconfig.stash[EXCHANGES]) as stage:
        yield stage
