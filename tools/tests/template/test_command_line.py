"""The whole tool on the second stack: what it finds, what it writes, how it ends."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from tools.proof.template.cli import main
from tools.tests.template.conftest import Project

pytestmark = pytest.mark.programs


def _hole(project: Project, old: str, new: str) -> None:
    text = project.suite.read_text(encoding="utf-8")
    assert old in text
    project.suite.write_text(text.replace(old, new), encoding="utf-8")


def _reason(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that says why there was no run; a line of progress may be before it."""
    *progress, line = capsys.readouterr().err.splitlines()
    assert all(each.endswith("...") for each in progress)
    assert line.startswith("could not run: ")
    return line


def test_suite_without_holes_passes(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(project.arguments())
    out = capsys.readouterr().out
    assert "every rule is kept" in out, out
    assert code == 0
    data = json.loads((project.report / "infra.json").read_text(encoding="utf-8"))
    assert data["survivors"] == []
    assert data["counts"]["template"]["killed"] > 70
    first = (project.report / "infra.json").read_bytes()
    assert main(project.arguments()) == 0
    assert (project.report / "infra.json").read_bytes() == first


def test_hole_is_found_named_and_reported(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    _hole(project, '"maxReceiveCount": 3,', '"maxReceiveCount": __import__("unittest").mock.ANY,')
    _hole(project, "from typing import Any", "import unittest.mock\nfrom typing import Any")
    assert main(project.arguments("--only", "maxReceiveCount")) == 1
    out = capsys.readouterr().out
    assert "2 survived: AWS::SQS::Queue /Properties/RedrivePolicy/maxReceiveCount" in out
    assert "Orders#/Properties/RedrivePolicy/maxReceiveCount:NUMBER=4" in out
    assert not (project.report / "infra.json").exists()


def test_kills_of_snapshot_do_not_count(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes red on a canary, so nothing that it kills counts."""
    text = project.template.read_text(encoding="utf-8")
    (project.folder / "snapshot.json").write_text(text, encoding="utf-8")
    project.suite.write_text(
        "import json, pathlib\n"
        "def test_snapshot(template):\n"
        "    kept = pathlib.Path(__file__).parent / 'snapshot.json'\n"
        "    assert json.loads(kept.read_text()) == template\n",
        encoding="utf-8",
    )
    assert main(project.arguments("--only", "maxReceiveCount")) == 1
    out = capsys.readouterr().out
    assert "test_snapshot is red on a canary" in out
    assert "3 are killed only by tests whose kills do not count" in out


def test_threshold_tolerates_survivors(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    _hole(project, '"maxReceiveCount": 3,', '"maxReceiveCount": __import__("unittest").mock.ANY,')
    _hole(project, "from typing import Any", "import unittest.mock\nfrom typing import Any")
    assert main(project.arguments("--only", "maxReceiveCount", "--fail-under", "33")) == 0
    out = capsys.readouterr().out
    assert "tolerated: template: 2 valid mutants survived" in out
    assert main(project.arguments("--only", "maxReceiveCount", "--fail-under", "34")) == 1
    assert "broken rule: template: the score 33.3% is under 34 %" in capsys.readouterr().out


def test_survivors_that_must_be_killed_come_first(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.suite.write_text("def test_nothing(template): pass\n", encoding="utf-8")
    assert main(project.arguments("--only", "Re*#/*:OMIT*")) == 1
    out = capsys.readouterr().out.splitlines()
    titles = [line for line in out if " survived: AWS::" in line]
    must = ["(must be killed: " in line for line in titles]
    assert must == sorted(must, reverse=True)
    assert {True, False} == {*must}
    kinds = [line.partition("survived: ")[2].split()[0] for line in titles if "must" not in line]
    assert kinds == sorted(kinds)


def test_reports_agree(project: Project) -> None:
    _hole(project, '["Version"] == "2012-10-17"', '.get("Version") != 1')
    assert main(project.arguments()) == 1
    data = json.loads((project.report / "infra.json").read_text(encoding="utf-8"))
    survivors = {row["mutant"] for row in data["survivors"]}
    assert "Reading#/Properties/PolicyName:STRING" not in survivors
    suites = ElementTree.parse(project.report / "infra.xml").getroot()
    failures = {case.get("name") for case in suites[0] if case.find("failure") is not None}
    assert failures == survivors
    page = (project.report / "infra.html").read_text(encoding="utf-8")
    assert "mutation-test-report-app" in page
    assert 'src="' not in page.partition("</script>")[2]
    report = page.rpartition(".report = ")[2].partition(";</script>")[0]
    mutants = json.loads(report.replace("<\\/", "</"))["files"]["template/template.json"]["mutants"]
    shown = {m["description"].partition(" ")[0] for m in mutants if m["status"] == "Survived"}
    assert shown == survivors


def test_fixture_may_return_object_with_from_json(project: Project) -> None:
    conftest = project.folder / "conftest.py"
    text = conftest.read_text(encoding="utf-8")
    text = text.replace("    return body\n", "    return Wrapped.from_json(body)\n")
    text += (
        "\n\nclass Wrapped:\n"
        "    def __init__(self, body): self.body = body\n"
        "    from_json = classmethod(lambda cls, body: cls(body))\n"
        "    def __getitem__(self, key): return self.body[key]\n"
        "    def __iter__(self): return iter(self.body)\n"
    )
    conftest.write_text(text, encoding="utf-8")
    assert main(project.arguments("--only", "Reader#/Properties")) == 0


def test_list_and_show_run_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(project.arguments("--list", "--only", "maxReceiveCount")) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == [
        "Orders#/Properties/RedrivePolicy/maxReceiveCount:NUMBER=2",
        "Orders#/Properties/RedrivePolicy/maxReceiveCount:NUMBER=4",
        "Orders#/Properties/RedrivePolicy/maxReceiveCount:OMIT",
    ]
    assert main(project.arguments("--show", "--only", "maxReceiveCount:NUMBER=2")) == 0
    out = capsys.readouterr().out
    assert '-     "maxReceiveCount": 3' in out
    assert '+     "maxReceiveCount": 2' in out
    assert not project.report.exists()


def test_red_baseline_stops_run(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    _hole(project, "345600", "1")
    assert main(project.arguments("--only", "maxReceiveCount")) == 2
    error = _reason(capsys)
    assert "red without any mutation" in error
    assert "test_template_holds_nothing_else" in error


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        ("", "no tests were collected"),
        ("import nowhere\n", "could not collect"),
        ("def test_x(): pass\n", "no collected test takes the `template` fixture"),
        ("def test_x(template) pass\n", "could not collect"),
    ],
)
def test_tests_that_cannot_be_replayed(
    project: Project, capsys: pytest.CaptureFixture[str], suite: str, message: str
) -> None:
    project.suite.write_text(suite, encoding="utf-8")
    assert main(project.arguments("--only", "maxReceiveCount")) == 2
    assert message in _reason(capsys)


def test_fixture_of_unknown_type_is_named(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    conftest = project.folder / "conftest.py"
    text = conftest.read_text(encoding="utf-8").replace("    return body", "    return 5")
    conftest.write_text(text, encoding="utf-8")
    assert main(project.arguments("--only", "maxReceiveCount")) == 2
    assert "neither a dict nor a type with from_json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--template", "nowhere.json"], "cannot be read"),
        (["--tests", "nowhere/"], "--tests nowhere/: no such file or folder"),
        (["--only", "no such mutant"], "no name matches"),
    ],
)
def test_bad_arguments_get_one_line(
    project: Project, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    own = project.arguments()
    split = own.index("--")
    assert main([*own[:split], *arguments, *own[split:]]) == 2
    assert message in _reason(capsys)


def test_worker_that_dies_costs_one_mutant(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.suite.write_text(
        "import os\n"
        "def test_x(template):\n"
        "    if template['Resources']['Orders']['Properties'].get('DelaySeconds') == 900:\n"
        "        os._exit(3)\n"
        "    assert template['Resources']['Orders']['Properties'].get('DelaySeconds') == 0\n",
        encoding="utf-8",
    )
    assert main(project.arguments("--only", "Orders#/Properties/DelaySeconds:NUMBER")) == 1
    out = capsys.readouterr().out
    assert "error: the worker process ended" in out
    assert "1 valid mutants survived" in out


def test_tests_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert "the following arguments are required: --tests" in error
    assert error.count("\n") == 1


def test_processes_that_collect_in_different_orders_are_refused(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.add_hooks(
        "\n\ndef pytest_collection_modifyitems(items):\n"
        "    import os\n"
        "    marker = Path(__file__).with_name('second')\n"
        "    try: os.close(os.open(marker, os.O_CREAT | os.O_EXCL))\n"
        "    except FileExistsError: items.reverse()\n"
    )
    assert main(project.arguments("--only", "maxReceiveCount", "--jobs", "2")) == 2
    assert "collected different tests, or in a different order" in _reason(capsys)


def test_order_is_kept_where_pytest_randomly_is_installed(project: Project) -> None:
    """Its option and its hook, without the plugin."""
    project.add_hooks(
        "\n\ndef pytest_addoption(parser):\n"
        "    parser.addoption('--dont', dest='randomly_reorganize', action='store_false')\n"
        "def pytest_collection_modifyitems(config, items):\n"
        "    import random\n"
        "    if config.getoption('randomly_reorganize'): random.shuffle(items)\n"
    )
    assert main(project.arguments("--only", "maxReceiveCount", "--jobs", "2")) == 0


@pytest.mark.parametrize(
    "test",
    [
        "self.assertEqual(self.queue['RedrivePolicy'].get('maxReceiveCount'), 3)",
        "for key in ['maxReceiveCount']:\n"
        "            with self.subTest(key):\n"
        "                self.assertEqual(self.queue['RedrivePolicy'].get(key), 3)",
    ],
)
def test_unittest_cases_are_replayed(
    project: Project, capsys: pytest.CaptureFixture[str], test: str
) -> None:
    project.suite.write_text(
        "import unittest, pytest\n"
        "class TestQueue(unittest.TestCase):\n"
        "    @pytest.fixture(autouse=True)\n"
        "    def _queue(self, template):\n"
        "        self.queue = template['Resources']['Orders']['Properties']\n"
        "    def test_count(self):\n"
        f"        {test}\n"
        "    def test_others(self):\n"
        "        self.assertIn('RedrivePolicy', self.queue)\n",
        encoding="utf-8",
    )
    assert main(project.arguments("--only", "maxReceiveCount")) == 0, capsys.readouterr().out
    assert "every rule is kept" in capsys.readouterr().out


def test_project_that_runs_its_tests_in_parallel_is_replayed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p xdist -n 2")
    assert main(project.arguments("--only", "maxReceiveCount")) == 0


def test_reviewed_equivalents_are_read_beside_tests(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a template of one queue, as every run is a whole one."""
    queue = json.loads(project.template.read_text(encoding="utf-8"))["Resources"]["Refused"]
    project.template.write_text(json.dumps({"Resources": {"Refused": queue}}), encoding="utf-8")
    project.suite.write_text(
        "def test_sections(template):\n"
        "    assert set(template) - {'Description', 'Metadata'} == {'Resources'}\n"
        "def test_resources(resources):\n"
        "    assert list(resources) == ['Refused']\n"
        "def test_queue(resources):\n"
        "    queue = resources['Refused']\n"
        "    assert queue['Type'] == 'AWS::SQS::Queue'\n"
        "    assert queue['DeletionPolicy'] == queue['UpdateReplacePolicy'] == 'Retain'\n"
        "def test_properties(resources):\n"
        "    properties = dict(resources['Refused']['Properties'])\n"
        "    assert properties.pop('MessageRetentionPeriod', 1209600) == 1209600\n"
        "    assert properties == {'SqsManagedSseEnabled': True}\n",
        encoding="utf-8",
    )
    name = "Refused#/Properties/MessageRetentionPeriod:OMIT"
    assert main(project.arguments()) == 1
    assert name in capsys.readouterr().out
    entry = '[[mutant]]\nname = "{}"\nreason = "r"\nsource = "s"\n'
    listed = project.folder / "reviewed_mutants.toml"
    listed.write_text(entry.format(name), encoding="utf-8")
    assert main(project.arguments()) == 0
    killed = "Refused#/Properties/SqsManagedSseEnabled:FLIP"
    names = [name, "Gone#:OMIT", killed]
    listed.write_text("".join(map(entry.format, names)), encoding="utf-8")
    assert main(project.arguments()) == 1
    out = capsys.readouterr().out
    assert "stale reviewed entry, there is no such mutant: Gone#:OMIT" in out
    assert f"a reviewed equivalent is killed: {killed}" in out
