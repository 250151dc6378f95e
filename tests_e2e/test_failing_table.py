"""Faults behind the stage: what clients get while the table cannot be had, and afterwards.

On a local stage of its own, whose function finds the table behind a proxy.
"""

from __future__ import annotations

import pytest

from contract.stages import SLOWEST_ANSWER_SECONDS
from tests_e2e import checks
from tests_e2e.failing_table import FailingTable
from tests_e2e.table_proxy import BROKEN, UNAVAILABLE

ROUTES = pytest.mark.parametrize("path", ["/user/ada", "/user?userId=ada"])


@pytest.mark.promise("table-unavailable-503", "nothing-internal-shown")
@pytest.mark.parametrize("how", UNAVAILABLE)
def test_unavailable_table(failing_table: FailingTable, how: str) -> None:
    stage = failing_table.client.target
    checks.success(failing_table.client.get("/user/ada"), stage.expected)
    with failing_table.proxy.failing(UNAVAILABLE[how]):
        answer = failing_table.client.get("/user/ada")
    assert answer.seconds < SLOWEST_ANSWER_SECONDS
    checks.function_error(answer, 503, "SERVICE_UNAVAILABLE")
    for _ in range(3):
        checks.success(failing_table.client.get("/user/ada"), stage.expected)


@pytest.mark.promise("table-unavailable-503", "cors-allowed-origin", "query-route-same")
@ROUTES
def test_unavailable_table_for_a_browser(failing_table: FailingTable, path: str) -> None:
    origin = failing_table.client.target.expected.origins[0]
    with failing_table.proxy.failing(UNAVAILABLE["throttled"]):
        answer = failing_table.client.get(path, origin=origin, if_none_match="*")
    checks.function_error(answer, 503, "SERVICE_UNAVAILABLE", origin)


@pytest.mark.promise("nothing-internal-shown")
@pytest.mark.parametrize("how", BROKEN)
def test_broken_table(failing_table: FailingTable, how: str) -> None:
    """Never a 404: the user may well exist."""
    with failing_table.proxy.failing(BROKEN[how]):
        answer = failing_table.client.get("/user/ada")
    checks.function_error(answer, 500, "DATABASE_ERROR")
    checks.success(failing_table.client.get("/user/ada"), failing_table.client.target.expected)
