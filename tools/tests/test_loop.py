"""The table of the levels' times: what is over its budget is said."""

from __future__ import annotations

import pytest

from tools import summary
from tools.benchmarks import __main__ as command
from tools.benchmarks import loop
from tools.benchmarks.loop import BUDGETS, Row, over, table


def test_row_shows_what_was_measured() -> None:
    assert str(Row("unit", None, 10.4, 12)) == "| unit |  | 10 | 12 |"


def test_each_measured_time_has_its_budget() -> None:
    rows = table({"environment": 20.0, "unit": 30.0}, {"unit": 10.0, "make test": 25.0})
    assert rows == [
        Row("environment", 20.0, None, None),
        Row("unit", 30.0, 10.0, BUDGETS["unit"]),
        Row("make test", None, 25.0, loop.WHOLE_WARM),
    ]
    assert table({}, {"lint": 1.0}) == [Row("lint", None, 1.0, None)]


def test_whole_is_measured_with_every_level_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two levels side by side take less time than one after the other: a sum would mislead."""
    took = dict.fromkeys(BUDGETS, 5.0) | {"make test": 181.0}
    monkeypatch.setattr(loop, "_seconds", lambda name, *_: took[name])
    assert command.main(["loop", "--runs", "1"]) == 1
    assert "| make test |  | 181 | 180 |" in capsys.readouterr().out
    assert command.main(["loop", "unit", "--runs", "1"]) == 0
    assert "make test" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row("unit", None, 12.0, 12), False),
        (Row("unit", None, 12.1, 12), True),
        (Row("lint", None, 99.0, None), False),
        (Row("make test", 330.0, 1.0, 180), False),
        (Row("make test", 331.0, 1.0, 180), True),
    ],
)
def test_row_over_budget_is_found(row: Row, expected: bool) -> None:
    assert over(row) is expected


def test_failing_level_is_not_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["loop", "no-such-level", "--runs", "1"]) == 2
    assert "could not measure: .make/bin/tox run -qq -e no-such-level" in capsys.readouterr().err


def test_levels_are_those_of_make_test() -> None:
    assert [*BUDGETS] == summary.levels()
