"""What all test levels share: markers, evidence, what a failure says, synthesized assemblies."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from contract import promises
from tools import assemblies, failures, recorder
from tools.template import Template

ROOT = Path(__file__).resolve().parent
# Their tests look at assemblies. The e2e level needs one only where it deploys.
SYNTHESIZING = ("tests_unit", "tests_infra", "tools")

Result = TypeVar("Result")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and the plugins of every level."""
    config.addinivalue_line("markers", "promise(*ids): the promises in contract/ that it keeps")
    config.addinivalue_line(
        "markers", "sees_no_mutant: runs other programs or reads sources, never the function"
    )
    config.addinivalue_line(
        "markers", "programs: runs the CDK, a stage, an installed package or a whole command"
    )
    config.pluginmanager.register(recorder.Recorder(config, promises=promises.load), "evidence")
    config.pluginmanager.register(failures.Failures(promises.load), "failures")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Synthesize before xdist starts its workers, so that a failure is shown once, and last."""
    if not hasattr(session.config, "workerinput") and _looks_at_assemblies(session.config):
        _or_exit(assemblies.assemblies)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A marker that names no promise stops the run, and so do two tests with one id.

    Of these, xdist would run only one.
    """
    repeated = [test for test, count in Counter(item.nodeid for item in items).items() if count > 1]
    if repeated:
        raise pytest.UsageError(f"{repeated[0]} is the id of more than one test")
    known = promises.load()
    for item in items:
        for mark in item.iter_markers("promise"):
            for name in mark.args:
                if name not in known:
                    raise pytest.UsageError(f"{item.nodeid} names no promise: {name!r}")


def pytest_collection_finish() -> None:
    """Keep what is loaded out of the five garbage collections with which every run ends."""
    gc.freeze()


@pytest.fixture(scope="session")
def assembly() -> Callable[[str], Path]:
    """`assembly("prod")` is the cloud assembly of that stage."""
    return lambda stage: _or_exit(lambda: assemblies.assembly(stage))


@pytest.fixture(scope="session")
def prod_template(assembly: Callable[[str], Path]) -> Template:
    """The synthesized template of prod."""
    return Template.in_assembly(assembly("prod"))


def _looks_at_assemblies(config: pytest.Config) -> bool:
    without = config.getoption("--template", default=None) or config.option.collectonly
    folders = {os.path.relpath(path, ROOT).partition(os.sep)[0] for path in config.args}
    return not without and not folders.isdisjoint(SYNTHESIZING)


def _or_exit(get: Callable[[], Result]) -> Result:
    try:
        return get()
    except assemblies.SynthesisError as problem:
        pytest.exit(str(problem), returncode=2)
