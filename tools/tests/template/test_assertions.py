"""Suites written with aws_cdk.assertions are replayed as they are, whatever idiom they use."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.proof.template.cli import main

pytestmark = pytest.mark.programs

STACK = """
import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs, assertions

class Orders(cdk.Stack):
    def __init__(self, scope, id, **options):
        super().__init__(scope, id, **options)
        timeout, delay = cdk.Duration.seconds(45), cdk.Duration.seconds(30)
        sqs.Queue(self, "Queue", visibility_timeout=timeout, delivery_delay=delay)

class Topics(cdk.Stack):
    def __init__(self, scope, id, **options):
        super().__init__(scope, id, **options)
        cdk.CfnResource(self, "Topic", type="AWS::SNS::Topic", properties={"FifoTopic": True})

def orders():
    app = cdk.App()
    app.node.set_context("anything", "of the suite's own")
    return Orders(app, "orders")
"""
HEAD = "import pytest, unittest, aws_cdk as cdk\nfrom aws_cdk.assertions import Template\n"
HEAD += "from stacks import Topics, orders\n"
EXPECTED = "has_resource_properties('AWS::SQS::Queue', {'VisibilityTimeout': 45})"
IDIOMS = {
    "global": f"""
template = Template.from_stack(orders())
def test_timeout():
    template.{EXPECTED}
""",
    "inside": f"""
def test_timeout():
    Template.from_stack(orders()).{EXPECTED}
""",
    "json": f"""
def test_timeout():
    stack = orders()
    body = cdk.Stage.of(stack).synth().get_stack_by_name("orders").template
    Template.from_json(body).{EXPECTED}
""",
    "fixture": f"""
@pytest.fixture(scope="module")
def synthesized():
    return Template.from_stack(orders())
def test_timeout(synthesized):
    synthesized.{EXPECTED}
""",
    "derived": """
@pytest.fixture(scope="session")
def template():
    return Template.from_stack(orders())
@pytest.fixture(scope="session")
def queues(template):
    return [q["Properties"] for q in template.find_resources("AWS::SQS::Queue").values()]
@pytest.fixture(scope="session")
def timeouts(queues):
    return [q.get("VisibilityTimeout") for q in queues]
def test_timeout(timeouts):
    assert timeouts == [45]
""",
    "class": f"""
class TestTimeout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = Template.from_stack(orders())
    def test_timeout(self):
        self.template.{EXPECTED}
""",
    "derived in class": """
class TestTimeout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.body = Template.from_stack(orders()).to_json()
    def test_timeout(self):
        found = self.body["Resources"].values()
        (queue,) = (each for each in found if each["Type"] == "AWS::SQS::Queue")
        self.assertEqual(queue["Properties"].get("VisibilityTimeout"), 45)
""",
}
LOGGED_FIXTURE = f"""
@pytest.fixture
def stack():
    with open(__file__ + ".log", "a") as log:
        log.write("x")
    return orders()
@pytest.fixture
def synthesized(stack):
    return Template.from_stack(stack)
def test_timeout(synthesized):
    synthesized.{EXPECTED}
"""
HOLE = """
template = Template.from_stack(orders())
def test_delay():
    anything = cdk.assertions.Match.any_value()
    template.has_resource_properties('AWS::SQS::Queue', {'DelaySeconds': anything})
"""
OTHERS = """
def test_other_stack():
    Template.from_stack(Topics(cdk.App(), "topics")).resource_count_is("AWS::SNS::Topic", 1)

def test_without_template():
    with open(__file__ + ".log", "a") as log:
        log.write("x")
"""


SUITE = {**IDIOMS, "logged": LOGGED_FIXTURE, "hole": HOLE, "others": OTHERS}
DELAY = "/Properties/DelaySeconds"


class Suite:
    """A folder with two stacks and a suite of its own; `run` gives the exit code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "stacks.py").write_text(STACK, encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        self._file(name).write_text(HEAD + text, encoding="utf-8")

    def log(self, name: str) -> str:
        return self._file(name).with_suffix(".py.log").read_text(encoding="utf-8")

    def run(self, *arguments: str) -> int:
        own = ["--tests", str(self.folder), "--report", str(self.folder / "report")]
        rest = ["--", f"--rootdir={self.folder}", f"--confcutdir={self.folder}"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            return main([*own, *arguments, *rest])

    def _file(self, name: str) -> Path:
        return self.folder / file_of(name)


def file_of(name: str) -> str:
    return f"test_{name.replace(' ', '_')}.py"


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


@dataclass(frozen=True)
class Run:
    """What one run in two workers says of the suite that has a file for each idiom."""

    suite: Suite
    output: str
    killed_by: dict[str, set[str]]  # each mutant, and the files of the tests that killed it


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    suite = Suite(tmp_path_factory.mktemp("idioms"))
    for name, text in SUITE.items():
        suite.write(name, text)
    output = io.StringIO()
    with redirect_stdout(output):
        assert suite.run("--jobs", "2") == 1, "nobody tests the queue's other settings"
    report = json.loads((suite.folder / "report" / "infra.json").read_text(encoding="utf-8"))
    mutants = report["stages"][0]["mutants"]
    killers = {m["name"]: {test.partition("::")[0] for test in m["killed_by"]} for m in mutants}
    return Run(suite, output.getvalue(), killers)


@pytest.mark.parametrize("idiom", IDIOMS)
def test_idiom_is_replayed_unchanged(run: Run, idiom: str) -> None:
    changed = [name for name in run.killed_by if "VisibilityTimeout:NUMBER" in name]
    assert len(changed) == 4
    assert all(file_of(idiom) in run.killed_by[name] for name in changed)
    others = [name for name in run.killed_by if "Queue" not in name]
    assert others
    assert not any(file_of(idiom) in run.killed_by[name] for name in others)


def test_test_of_other_stack_kills_nothing(run: Run) -> None:
    assert not any(file_of("others") in files for files in run.killed_by.values())


def test_fixture_that_only_makes_template_runs_once(run: Run) -> None:
    assert run.suite.log("logged") == "xx", "once in the baseline of each worker"
    assert any(file_of("logged") in files for files in run.killed_by.values())


def test_survivor_is_found(run: Run) -> None:
    killed = {
        name.partition(":")[2]: files for name, files in run.killed_by.items() if DELAY in name
    }
    assert killed["NUMBER=31"] == set()
    assert killed["OMIT"] == {file_of("hole")}
    assert f"survived: AWS::SQS::Queue {DELAY}" in run.output


def test_test_without_template_runs_in_one_worker(run: Run) -> None:
    assert run.suite.log("others") == "x"


def test_stack_is_chosen_by_name(suite: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    suite.write("stacks", LOGGED_FIXTURE + OTHERS)
    assert suite.run("--stack", "topics", "--list") == 0
    assert suite.log("stacks") == "x", "the template of each test is made once"
    out = capsys.readouterr().out
    assert "Topic#" in out
    assert "Queue" not in out
    assert suite.run("--stack", "nowhere", "--list") == 2
    error = capsys.readouterr().err
    assert "--stack nowhere: the tests make templates of orders, topics" in error


def test_suite_that_makes_no_template_is_refused(
    suite: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    suite.write("nothing", "def test_nothing(): pass\n")
    assert suite.run("--list") == 2
    assert "no test makes a template with aws_cdk.assertions" in capsys.readouterr().err
