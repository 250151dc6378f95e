"""How a level is run: what its arguments select, and which exit code two suites have."""

from __future__ import annotations

import pytest

from tools import e2e, level


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


@pytest.mark.parametrize(
    ("codes", "expected", "suites"),
    [
        ([0, 0], 0, 2),
        ([0, 5], 0, 2),
        ([5, 0], 0, 2),
        ([5, 5], 5, 2),
        ([1, 0], 1, 1),
        ([5, 1], 1, 2),
        ([130, 0], 130, 1),
    ],
)
def test_suite_without_selected_test_is_fine_unless_both_are(
    codes: list[int], expected: int, suites: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []

    def run(_: str, arguments: list[str]) -> int:
        ran.append(arguments)
        return codes[len(ran) - 1]

    monkeypatch.setattr(e2e, "_run", run)
    assert e2e.main(["-k", "etag"]) == expected
    assert len(ran) == suites
    assert all(arguments[-2:] == ["-k", "etag"] for arguments in ran)


@pytest.mark.parametrize(("arguments", "strict"), [([], [True, False]), (["-x"], [False, False])])
def test_whole_suite_fails_where_something_is_not_run(
    arguments: list[str], strict: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[bool] = []

    def run(_: str, words: list[str]) -> int:
        ran.append("--strict" in words)
        return 0

    monkeypatch.setattr(e2e, "_run", run)
    assert e2e.main(arguments) == 0
    assert ran == strict
