"""Faults behind the stage: what clients get while the table fails, and afterwards.

On a separate local stage, whose function finds the table behind a proxy.
"""

from __future__ import annotations

import pytest

from contract.stages import SLOWEST_ANSWER_SECONDS
from tests_e2e import checks
from tests_e2e.failing_table import BROKEN, UNAVAILABLE, FailingTable

pytestmark = pytest.mark.xdist_group("failing table")


@pytest.mark.promise("table-unavailable-503", "nothing-internal-shown")
@pytest.mark.parametrize("how", UNAVAILABLE)
def test_unavailable_table_answers_503_and_recovers(failing_table: FailingTable, how: str) -> None:
    checks.success(failing_table.client.get("/user/ada"))
    with failing_table.proxy.behaving(UNAVAILABLE[how]):
        answer = failing_table.client.get("/user/ada")
    assert answer.seconds < SLOWEST_ANSWER_SECONDS
    checks.function_error(answer, 503, "SERVICE_UNAVAILABLE")
    for _ in range(3):
        checks.success(failing_table.client.get("/user/ada"))


@pytest.mark.promise("table-unavailable-503", "cors-allowed-origin", "query-route-same")
def test_unavailable_table_for_browser_answers_503(failing_table: FailingTable, route: str) -> None:
    origin = failing_table.client.target.expected.origins[0]
    with failing_table.proxy.behaving(UNAVAILABLE["throttled"]):
        answer = failing_table.client.get(route.format("ada"), origin=origin, if_none_match="*")
    checks.function_error(answer, 503, "SERVICE_UNAVAILABLE", origin)


@pytest.mark.promise("nothing-internal-shown")
@pytest.mark.parametrize("how", BROKEN)
def test_broken_table_answers_500(failing_table: FailingTable, how: str) -> None:
    """Never a 404: the user may well exist."""
    with failing_table.proxy.behaving(BROKEN[how]):
        answer = failing_table.client.get("/user/ada")
    checks.function_error(answer, 500, "DATABASE_ERROR")
    checks.success(failing_table.client.get("/user/ada"))
