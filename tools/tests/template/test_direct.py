"""A test that is called directly comes to the same as one that pytest runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tools.proof.shared.suite import Suite, collect
from tools.proof.template import direct, generate, replay
from tools.proof.template.assertions import Assertions
from tools.proof.template.edits import mutated
from tools.proof.template.replay import Outcome, Replay
from tools.template import Template
from tools.tests.template.conftest import Project

SUITE = """
import pytest

@pytest.fixture(scope="session")
def expected(request):
    return 3

@pytest.fixture(scope="module", params=["a", "b"])
def either(request):
    return request.param

@pytest.fixture
def queue(template):
    return template["Resources"]["Orders"]["Properties"]

@pytest.fixture
def redrive(queue):
    return queue["RedrivePolicy"]

@pytest.fixture
def same(queue):
    return queue

@pytest.fixture
def opened(redrive):
    yield redrive

@pytest.mark.parametrize("name", ["maxReceiveCount"])
def test_direct(redrive, expected, name, queue, same):
    assert queue is same
    assert redrive[name] == expected

def test_needs_nothing_more(template):
    assert "Orders" in template["Resources"]

def test_teardown(opened, expected):
    assert opened["maxReceiveCount"] == expected

def test_two_values(either, redrive):
    assert redrive["maxReceiveCount"] == 3

def test_request(request, template):
    assert request.getfixturevalue("redrive")["maxReceiveCount"] == 3

class TestQueue:
    def test_in_class(self, redrive):
        assert redrive["maxReceiveCount"] == 3
"""


def _outcomes(project: Project, template: Template) -> list[Outcome]:
    """What becomes of each mutant of the queue."""
    assertions = Assertions(template.copy())
    outcomes: list[Outcome] = []

    def serve(suite: Suite) -> None:
        replay = Replay(suite, assertions)
        suite.session.config.pluginmanager.register(replay)
        assert replay.baseline(template.copy()).red == ()
        bodies = (mutated(template, m) for m in generate.mutants(template) if "Orders" in m.name)
        outcomes.extend(map(replay.run, bodies))

    own = [f"--rootdir={project.folder}", f"--confcutdir={project.folder}", "--assert=plain"]
    collect([str(project.folder), *own], serve, [assertions])
    return outcomes


def _names(tests: Iterable[str]) -> set[str]:
    return {test.rpartition("::")[2] for test in tests}


def test_direct_calls_come_to_the_same(
    project: Project, second: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.suite.write_text(SUITE, encoding="utf-8")
    called: set[str] = set()
    plan = direct.call_of

    def noted(item: pytest.Function, *arguments: object) -> object:
        call = plan(item, *arguments)  # type: ignore[arg-type]
        called.update([item.nodeid] if call else [])
        return call

    monkeypatch.setattr(direct, "call_of", noted)
    directly = _outcomes(project, second)
    monkeypatch.setattr(direct, "call_of", lambda *_: None)
    assert directly == _outcomes(project, second)
    assert _names(called) == {"test_direct[maxReceiveCount]", "test_needs_nothing_more"}
    red = {test for outcome in directly for test in outcome.red}
    assert len(_names(red)) == 7, "every test notices a mutant"


def test_suite_is_not_called_directly_where_pytest_has_more_to_do(tmp_path: Path) -> None:
    """What a fixture opens is closed after each test."""
    log = tmp_path / "log"
    (tmp_path / "test_closed.py").write_text(
        "import pytest\n"
        "@pytest.fixture(autouse=True)\n"
        "def _closed():\n"
        "    yield\n"
        f"    open({str(log)!r}, 'a').write('x')\n"
        "def test_it(template): assert template['Resources']\n"
        "@pytest.fixture(scope='session')\n"
        "def template(): return {'Resources': {'A': {}}}\n",
        encoding="utf-8",
    )

    def serve(suite: Suite) -> None:
        replay = Replay(suite, Assertions({}))
        suite.session.config.pluginmanager.register(replay)
        replay.baseline({"Resources": {"A": {}}})
        for _ in range(3):
            assert replay.run({"Resources": {"B": {}}}).red == ()
        assert replay.run({}).red == ("test_closed.py::test_it",)

    collect([str(tmp_path), f"--rootdir={tmp_path}", f"--confcutdir={tmp_path}"], serve)
    assert log.read_text(encoding="utf-8") == "x" * 5


def test_suite_that_takes_data_gets_copy_of_its_own(second: Template) -> None:
    make = replay._maker(dict, second.body)
    make(second.body)["Resources"].clear()
    assert second.body["Resources"]
