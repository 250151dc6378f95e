"""What the proofs share: the command line, pytest's loop, statuses and evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.proof import __main__ as entry
from tools.proof.shared import evidence, verdicts
from tools.proof.shared.command import (
    BAD,
    COULD_NOT_RUN,
    OK,
    CannotRunError,
    exit_code,
    selected,
)
from tools.proof.shared.evidence import Evidence, Kill, Summary
from tools.proof.shared.suite import Suite, collect, promises_of
from tools.proof.shared.verdicts import KILLED, SURVIVED, Entry

SUITE = """
import pytest

events = []

@pytest.fixture(scope="module")
def shared():
    events.append("set up")
    yield
    events.append("torn down")

@pytest.mark.promise("kept")
def test_a(shared): print("loud")

def test_b(shared): assert False, "as it should be"

def test_c(): pass
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return tmp_path


def _collect(folder: Path, text: str, serve: Callable[[Suite], None]) -> None:
    """The module's name is the folder's, as Python knows one module of a name."""
    (folder / f"test_{folder.name}.py").write_text(text, encoding="utf-8")
    collect([str(folder), f"--rootdir={folder}", f"--confcutdir={folder}"], serve)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["nonsense"], "choose from"),
        (["template", "--jobs", "0"], "'0' is not a whole number above 0"),
        (["function", "--jobs", "0"], "'0' is not a whole number above 0"),
        (["function", "--jobs", "many"], "'many' is not a whole number above 0"),
        (["promises", "--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_wrong_arguments_get_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as end:
        entry.main(arguments)
    assert end.value.code == COULD_NOT_RUN
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "command", [[], *([name] for name in entry.COMMANDS if name != "template")]
)
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        entry.main([*command, "--help"])
    assert end.value.code == OK
    assert " ".join(["usage: python -m tools.proof", *command]) in capsys.readouterr().out


def test_names_are_selected_by_text_or_pattern() -> None:
    names = ["Queue#/A:OMIT", "Queue#/AB:OMIT", "Role#/A:FLIP"]
    assert selected(names, None, str) == tuple(names)
    assert selected(names, "/A:", str) == ("Queue#/A:OMIT", "Role#/A:FLIP")
    assert selected(names, "*:OMIT", str) == ("Queue#/A:OMIT", "Queue#/AB:OMIT")
    with pytest.raises(CannotRunError, match="no name matches"):
        selected(names, "OMIT*", str)


def test_run_that_cannot_start_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> int:
        raise CannotRunError("no such tests")

    assert exit_code(fails) == COULD_NOT_RUN
    assert capsys.readouterr().err == "could not run: no such tests\n"
    assert exit_code(lambda: BAD) == BAD


def test_collected_tests_run_again_and_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes: list[list[bool]] = []

    def serve(suite: Suite) -> None:
        assert [promises_of(item) for item in suite.items] == [("kept",), (), ()]
        for _ in range(2):
            reports = [suite.run(item) for item in suite.items]
            outcomes.append([any(report.failed for report in each) for each in reports])
        events = suite.items[0].getparent(pytest.Module).obj.events  # type: ignore[union-attr]
        assert events == ["set up"]
        suite.tear_down(suite.session)
        assert events == ["set up", "torn down"]
        print("served")

    _collect(folder, SUITE, serve)
    assert outcomes == [[False, True, False]] * 2
    assert capsys.readouterr().out == "served\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no tests were collected"),
        ("import nowhere\n", "could not collect the tests: .*nowhere"),
        ("def test_x() pass\n", "could not collect the tests: "),
    ],
)
def test_tests_that_cannot_be_collected_get_one_line(folder: Path, text: str, message: str) -> None:
    with pytest.raises(CannotRunError, match=message) as error:
        _collect(folder, text, lambda _: None)
    assert "\n" not in str(error.value)


def test_errors_of_run_come_out_of_pytest(folder: Path) -> None:
    def serve(suite: Suite) -> None:
        raise CannotRunError(f"{len(suite.items)} tests are red")

    with pytest.raises(CannotRunError, match="3 tests are red"):
        _collect(folder, SUITE, serve)


def test_reviewed_entries_have_name_reason_and_source(tmp_path: Path) -> None:
    file = tmp_path / "reviewed.toml"
    assert verdicts.reviewed(file) == []
    file.write_text('[[mutant]]\nname = "A#:OMIT"\nreason = "r"\nsource = "s"\n', encoding="utf-8")
    assert verdicts.reviewed(file) == [Entry("A#:OMIT", "r", "s")]


@pytest.mark.parametrize(
    "text",
    [
        "[[mutant",
        '[[mutant]]\nname = "A"\nreason = "r"\n',
        '[[mutant]]\nname = "A"\nreason = " "\nsource = "s"\n',
        '[[mutant]]\nname = "A"\nreason = "r"\nsource = "s"\nwhy = "x"\n',
    ],
)
def test_bad_reviewed_entry_stops_run(tmp_path: Path, text: str) -> None:
    file = tmp_path / "reviewed.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRunError, match=r"reviewed\.toml"):
        verdicts.reviewed(file)


def test_stale_and_killed_reviews_are_named() -> None:
    entries = [Entry(name, "r", "s") for name in ("alive", "killed", "gone")]
    statuses = {"alive": {SURVIVED}, "killed": {SURVIVED, KILLED}}
    assert verdicts.reviews_broken(entries, statuses) == [
        "a reviewed equivalent is killed: killed",
        "stale reviewed entry, there is no such mutant: gone",
    ]


def test_evidence_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "unit.json"
    kill = Kill("kept", "m", "what was broken", ("t.py::test_a",), {"stage": "prod"})
    summary = Summary(broken=2, noticed=1, missed=1)
    evidence.write(
        file,
        "unit",
        stamp={"commit": "x"},
        summary=summary,
        kills=[kill],
        survivors=[],
        counts={"killed": 1},
        extra=[1],
    )
    assert json.loads(file.read_text(encoding="utf-8"))["kills"][0]["stage"] == "prod"
    proven = Kill("kept", "m", "what was broken", ("t.py::test_a",))
    assert evidence.read(file, "a command") == Evidence((proven,), summary)


@pytest.mark.parametrize("text", ["", "[]", '{"kills": [{}]}', '{"kills": 3}'])
def test_bad_evidence_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "unit.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRunError, match=r"unit\.json is not the evidence of a run"):
        evidence.read(file, "a command")
