"""Over the rate limit requests are refused in the contract's shape; below it none are.

Token buckets on AWS are not exact; what depends on the exact numbers is checked on a
local stage alone.
"""

from __future__ import annotations

import time

import pytest

from contract.stages import Promised
from tests_e2e import checks, traffic
from tests_e2e.client import Answer, Client
from tests_e2e.target import Target

pytestmark = [
    pytest.mark.promise("rate-limited"),
    pytest.mark.burst,
    pytest.mark.proof("own"),
    pytest.mark.xdist_group("browser and bursts"),
]
# Neither needs a user: the gateway answers one by itself, and calls the function for the other.
GATEWAY, FUNCTION = "/user", "/user/nobody-has-this-id"
ACCEPTED = {GATEWAY: (400, "INVALID_REQUEST"), FUNCTION: (404, "USER_NOT_FOUND")}
AT_MOST = 1500


def _refused(answer: Answer) -> bool:
    return answer.status == 429


@pytest.mark.parametrize(
    "path", [GATEWAY, pytest.param(FUNCTION, marks=pytest.mark.only("aws-or-open"))]
)
def test_burst_is_refused_and_stage_recovers(api: Client, stage: Target, path: str) -> None:
    _fill_bucket(stage.expected)
    started = time.monotonic()
    answers = traffic.until(_refused, api, path, clients=6, at_most=AT_MOST)
    seconds = time.monotonic() - started
    refused = [answer for answer in answers if _refused(answer)]
    rate = len(answers) / seconds
    assert refused, f"none of {len(answers)} requests was refused, at {rate:.0f} a second"
    for answer in refused:
        checks.gateway_error(answer, 429, "THROTTLED")
    accepted = [answer for answer in answers if not _refused(answer)]
    assert {(answer.status, checks.code(answer)) for answer in accepted} == {ACCEPTED[path]}
    if stage.local:
        burst, added = stage.expected.burst, stage.expected.requests_per_second * seconds
        assert burst <= len(accepted) <= burst + added + 1
    time.sleep(float(refused[0].header("retry-after") or "0"))
    for _ in range(20):
        assert api.get(path).status == ACCEPTED[path][0]


def _fill_bucket(promised: Promised) -> None:
    """Wait until a whole burst is available again, whatever the checks before have spent."""
    time.sleep(promised.burst / promised.requests_per_second)
