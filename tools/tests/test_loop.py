"""The table of the levels' times: what is over its budget is said."""

from __future__ import annotations

import pytest

from tools import summary
from tools.benchmarks import __main__ as command
from tools.benchmarks import loop
from tools.benchmarks.loop import BUDGETS, Row, over, table


def test_row_shows_what_was_measured() -> None:
    assert str(Row("unit", None, 10.4, 12)) == "| unit |  | 10 | 12 |"


def test_whole_is_sum_and_has_budget_with_every_level() -> None:
    warm = {level: float(number) for number, level in enumerate(BUDGETS)}
    *_, whole = table({}, warm)
    assert whole == Row("all", None, sum(warm.values()), loop.WHOLE_WARM)
    *_, part = table({"environment": 20.0, "unit": 30.0}, {"unit": 10.0})
    assert part == Row("all", 50.0, 10.0, None)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row("unit", None, 12.0, 12), False),
        (Row("unit", None, 12.1, 12), True),
        (Row("lint", None, 99.0, None), False),
        (Row("all", 330.0, 1.0, 180), False),
        (Row("all", 331.0, 1.0, 180), True),
    ],
)
def test_row_over_budget_is_found(row: Row, expected: bool) -> None:
    assert over(row) is expected


def test_failing_level_is_not_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["loop", "no-such-level", "--runs", "1"]) == 2
    assert "could not measure: .make/bin/tox run -qq -e no-such-level" in capsys.readouterr().err


def test_levels_are_those_of_make_test() -> None:
    assert [*BUDGETS] == summary.levels()
