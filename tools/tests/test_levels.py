"""How a level is run: what its arguments select, and which exit code two suites have."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tools import e2e, level, side_by_side, summary

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("arguments", "whole"),
    [
        ([], True),
        (["-k", "etag"], True),
        (["--template", "cdk.json", "--stage", "prod"], True),
        (["tests_infra/test_logs.py"], False),
        (["-x", "tests_infra/test_logs.py::test_nothing"], False),
        (["tests_infra"], False),
        (["tests_infra/test_of_nothing.py"], True),
    ],
)
def test_folder_is_left_out_where_its_tests_are_named(arguments: list[str], whole: bool) -> None:
    expected = ["tests_infra", *arguments] if whole else arguments
    assert level.words("tests_infra", arguments) == expected
    marked = ["tests_infra", "-m", "programs", *arguments] if whole else arguments
    assert level.words("tests_infra", arguments, "programs") == marked


def test_levels_of_one_folder_share_all_of_its_tests() -> None:
    commands = (ROOT / "tox.ini").read_text(encoding="utf-8")
    expressions = re.findall(r"tools\.level tools/tests --marked (?:\"(.*?)\"|(\w+))", commands)
    assert [*map("".join, expressions)] == ["not programs", "programs"]
    assert {"tools", "programs"} <= {*summary.levels()}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([0, 0], 0),
        ([0, 5], 0),
        ([5, 0], 0),
        ([5, 5], 5),
        ([1, 0], 1),
        ([5, 1], 1),
        ([2, 1], 2),
        ([130, 0], 130),
    ],
)
def test_suite_without_selected_test_is_fine_unless_both_are(
    codes: list[int], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Sequence[str]] = []

    def run(commands: Mapping[str, Sequence[str]]) -> list[int]:
        ran.extend(commands.values())
        return codes

    monkeypatch.setattr(side_by_side, "run", run)
    assert e2e.main(["-k", "etag"]) == expected
    assert len(ran) == 2
    assert all(command[-2:] == ["-k", "etag"] for command in ran)


@pytest.mark.parametrize(("arguments", "strict"), [([], [True, False]), (["-x"], [False, False])])
def test_whole_suite_fails_where_something_is_not_run(
    arguments: list[str], strict: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[bool] = []

    def run(commands: Mapping[str, Sequence[str]]) -> list[int]:
        ran.extend("--strict" in command for command in commands.values())
        return [0, 0]

    monkeypatch.setattr(side_by_side, "run", run)
    assert e2e.main(arguments) == 0
    assert ran == strict


def test_commands_run_side_by_side_and_are_shown_in_order(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each command waits for what the other one does, so neither can end alone."""
    script = "touch {0}; echo begin {0}; until [ -e {1} ]; do sleep 0.01; done; echo end; exit {2}"
    a, b = tmp_path / "a", tmp_path / "b"
    commands = {
        "first": ["sh", "-c", script.format(a, b, 0)],
        "second": ["sh", "-c", script.format(b, a, 3)],
    }
    assert side_by_side.run(commands) == [0, 3]
    shown = [line.partition(" after ")[0] for line in capfd.readouterr().out.splitlines()]
    assert shown == [
        "side by side: first, second",
        *("--- first", f"begin {a}", "end", "--- first done"),
        *("--- second", f"begin {b}", "end", "--- second ended with 3"),
    ]


def test_signal_reaches_every_command(tmp_path: Path) -> None:
    script = "import sys; from tools import side_by_side; command = ['sh', '-c', sys.argv[1]]; "
    script += "sys.exit(max(side_by_side.run({'a': command, 'b': command})))"
    mark = tmp_path / "mark"
    shell = f"trap 'echo x >> {mark}; exit 7' TERM; echo up; while :; do sleep 0.05; done"
    process = subprocess.Popen([sys.executable, "-c", script, shell], stdout=subprocess.PIPE)
    assert process.stdout is not None
    while b"up" not in process.stdout.readline():
        pass
    time.sleep(0.5)  # the other one sets its trap, too
    process.terminate()
    assert process.wait(20) == 7
    assert mark.read_text() == "x\nx\n"
