"""How long a developer waits: what is over its budget decides the exit code."""

from __future__ import annotations

import pytest

from tools.benchmarks import __main__ as command
from tools.benchmarks import development
from tools.benchmarks.development import BUDGETS, Waited


@pytest.mark.parametrize(("slower", "code"), [({}, 0), ({"start": 0.1}, 1), ({"change": 0.1}, 1)])
def test_time_over_budget_decides(
    slower: dict[str, float], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = {name: seconds + slower.get(name, 0.0) for name, seconds in BUDGETS.items()}
    monkeypatch.setattr(development, "_waited", lambda: Waited(**waited, processor=4.0))
    assert command.main(["development", "--runs", "1"]) == code
