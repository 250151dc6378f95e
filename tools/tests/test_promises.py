"""The ledger's rules: every marker names a promise, every promise has its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract import promises

LEDGER = promises.load()
KEEPERS = promises.keepers()


def test_ledger_lists_promises() -> None:
    assert 30 <= len(LEDGER) <= 60


def test_every_promise_names_files_that_are_there() -> None:
    lacking = [
        promise.id
        for promise in LEDGER.values()
        if not promise.files or not all((promises.ROOT / file).is_file() for file in promise.files)
    ]
    assert lacking == []


def test_every_marker_names_promise() -> None:
    assert [keeper for keeper in KEEPERS if keeper.promise not in LEDGER] == []


@pytest.mark.parametrize(
    ("promise", "level"),
    [(promise.id, level) for promise in LEDGER.values() for level in promise.levels],
)
def test_every_promise_has_test_at_each_level_it_claims(promise: str, level: str) -> None:
    tests = [
        keeper.test for keeper in KEEPERS if (keeper.promise, keeper.level) == (promise, level)
    ]
    assert tests, f"no test in tests_{level} carries @pytest.mark.promise({promise!r})"


def test_no_test_keeps_promise_at_level_that_ledger_does_not_claim() -> None:
    claimed = {(promise.id, level) for promise in LEDGER.values() for level in promise.levels}
    assert [keeper for keeper in KEEPERS if (keeper.promise, keeper.level) not in claimed] == []


@pytest.mark.parametrize(
    "entry",
    [
        "[a]\npromise = 'x'\n",
        "[a]\nlevels = ['unit']\n",
        "[a]\npromise = 'x'\nlevels = []\n",
        "[a]\npromise = ' '\nlevels = ['unit']\n",
        "[a]\npromise = 'x'\nlevels = ['manual']\n",
        "[a]\npromise = 'x'\nlevels = ['unit']\nowner = 'y'\n",
        "a = 1\n",
        "[a]\npromise = 'x'\nlevels = ['unit']\naws = 'y'\n",
        "[a]\npromise = 'x'\nlevels = ['e2e']\naws = 1\n",
        "[a]\npromise = 'x'\nlevels = ['e2e']\nfiles = 'y'\n",
        "[a]\npromise = 'x'\nlevels = ['e2e']\nfiles = [1]\n",
    ],
)
def test_malformed_entry_is_refused_by_name(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "promises.toml"
    file.write_text("[g]\ntitle = 'Group'\n" + entry.replace("[a]", "[g.a]"))
    with pytest.raises(promises.LedgerError, match="promise a:"):
        promises.load(file)


@pytest.mark.parametrize("group", ["g = 1\n", "[g.a]\npromise = 'x'\nlevels = ['unit']\n"])
def test_group_without_title_is_refused_by_name(tmp_path: Path, group: str) -> None:
    file = tmp_path / "promises.toml"
    file.write_text(group)
    with pytest.raises(promises.LedgerError, match="group g:"):
        promises.load(file)


def test_promise_knows_its_group(tmp_path: Path) -> None:
    file = tmp_path / "promises.toml"
    file.write_text(
        "[g]\ntitle = 'Group'\n[g.a]\npromise = 'x'\nlevels = ['e2e']\naws = 'because'\n"
    )
    assert promises.load(file) == {"a": promises.Promise("a", "x", ("e2e",), "Group", "because")}


def test_markers_are_found_on_functions_modules_and_parameters(tmp_path: Path) -> None:
    file = tmp_path / "tests_unit" / "test_x.py"
    file.parent.mkdir()
    file.write_text(
        "pytestmark = pytest.mark.promise('m')\n"
        "@pytest.mark.promise('a', 'b')\n"
        "def test_one(): ...\n"
        "@pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.promise('c'))])\n"
        "def test_two(n): ...\n"
        "def helper(): ...\n"
    )
    found = {(keeper.promise, keeper.test.split("::")[1]) for keeper in promises.keepers(tmp_path)}
    assert found == {(p, "test_one") for p in "abm"} | {(p, "test_two") for p in "cm"}


def test_marker_that_is_not_literal_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tests_e2e" / "test_x.py"
    file.parent.mkdir()
    file.write_text("@pytest.mark.promise(NAME)\ndef test_one(): ...\n")
    with pytest.raises(promises.LedgerError, match="literal"):
        promises.keepers(tmp_path)
