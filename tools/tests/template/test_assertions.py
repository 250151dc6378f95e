"""Suites written with aws_cdk.assertions are replayed as they are, whatever idiom they use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.proof.template.cli import main

STACK = """
import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs, assertions

class Orders(cdk.Stack):
    def __init__(self, scope, id, **options):
        super().__init__(scope, id, **options)
        sqs.Queue(self, "Queue", visibility_timeout=cdk.Duration.seconds(45))

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
OTHERS = """
def test_other_stack():
    Template.from_stack(Topics(cdk.App(), "topics")).resource_count_is("AWS::SNS::Topic", 1)

def test_without_template():
    with open(__file__ + ".log", "a") as log:
        log.write("x")
"""


class Suite:
    """A folder with two stacks and a suite of its own; `run` gives the exit code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "test_orders.py"
        (folder / "stacks.py").write_text(STACK, encoding="utf-8")

    def write(self, text: str) -> None:
        self.file.write_text(HEAD + text, encoding="utf-8")

    def run(self, *arguments: str) -> int:
        own = ["--tests", str(self.folder), "--report", str(self.folder / "report")]
        rest = ["--", f"--rootdir={self.folder}", f"--confcutdir={self.folder}"]
        return main([*own, *arguments, *rest])


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Suite(tmp_path)


@pytest.fixture(scope="module")
def killed_by(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Each mutant and the files of the tests that killed it: a suite has a file for each idiom."""
    suite = Suite(tmp_path_factory.mktemp("idioms"))
    for idiom, text in {**IDIOMS, "others": OTHERS}.items():
        file = suite.folder / f"test_{idiom.replace(' ', '_')}.py"
        file.write_text(HEAD + text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        assert suite.run("--jobs", "1") == 1, "nobody tests the queue's other settings"
    report = json.loads((suite.folder / "report" / "infra.json").read_text(encoding="utf-8"))
    return {
        mutant["name"]: {test.partition("::")[0] for test in mutant["killed_by"]}
        for mutant in report["stages"][0]["mutants"]
    }


@pytest.mark.parametrize("idiom", IDIOMS)
def test_idiom_is_replayed_unchanged(killed_by: dict[str, set[str]], idiom: str) -> None:
    file = f"test_{idiom.replace(' ', '_')}.py"
    changed = [name for name in killed_by if "VisibilityTimeout:NUMBER" in name]
    assert len(changed) == 4
    assert all(file in killed_by[name] for name in changed)
    others = [name for name in killed_by if "Queue" not in name]
    assert others
    assert not any(file in killed_by[name] for name in others)


def test_test_of_other_stack_kills_nothing(killed_by: dict[str, set[str]]) -> None:
    assert not any("test_others.py" in files for files in killed_by.values())


def test_fixture_that_only_makes_template_runs_once(suite: Suite) -> None:
    suite.write(
        "@pytest.fixture\n"
        "def stack():\n"
        "    with open(__file__ + '.log', 'a') as log:\n"
        "        log.write('x')\n"
        "    return orders()\n"
        "@pytest.fixture\n"
        "def synthesized(stack):\n"
        "    return Template.from_stack(stack)\n"
        "def test_timeout(synthesized):\n"
        f"    synthesized.{EXPECTED}\n"
    )
    assert suite.run("--only", "VisibilityTimeout:NUMBER", "--jobs", "1") == 0
    log = suite.file.with_name("test_orders.py.log").read_text(encoding="utf-8")
    assert log == "xx", "once to find the template, once in the baseline"


def test_survivor_is_found(suite: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    suite.write(IDIOMS["global"].replace("45}", "cdk.assertions.Match.any_value()}"))
    assert suite.run("--only", "VisibilityTimeout:NUMBER=46", "--jobs", "1") == 1
    assert "1 survived: AWS::SQS::Queue" in capsys.readouterr().out


def test_test_without_template_runs_in_one_worker(suite: Suite) -> None:
    suite.write(IDIOMS["global"] + OTHERS)
    assert suite.run("--only", "VisibilityTimeout:NUMBER=46", "--jobs", "2") == 0
    assert suite.file.with_name("test_orders.py.log").read_text(encoding="utf-8") == "x"


def test_stack_is_chosen_by_name(suite: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    suite.write(IDIOMS["global"] + OTHERS)
    assert suite.run("--stack", "topics", "--list") == 0
    out = capsys.readouterr().out
    assert "Topic#" in out
    assert "Queue" not in out
    assert suite.run("--stack", "nowhere", "--list") == 2
    error = capsys.readouterr().err
    assert "--stack nowhere: the tests make templates of orders, topics" in error


def test_suite_that_makes_no_template_is_refused(
    suite: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    suite.write("def test_nothing(): pass\n")
    assert suite.run("--list") == 2
    assert "no test makes a template with aws_cdk.assertions" in capsys.readouterr().err
