"""Steady load below the rate limit: nothing is refused, nothing fails, nothing is left."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contract.stages import RATE_PER_SECOND
from tests_e2e import bursts, checks
from tests_e2e.aws import Users, client
from tests_e2e.client import Client
from tests_e2e.target import Target

REQUESTS = 2000
CLIENTS = 16


@pytest.mark.usefixtures("burst")
@pytest.mark.promise("rate-limited", "record-returned", "query-route-same")
def test_load(
    api: Client, users: Users, stage: Target, record_property: Callable[[str, object], None]
) -> None:
    """The limit holds for each method: both routes together may be asked twice as often."""
    people = [users.put({"number": {"N": str(number)}}) for number in range(4)]
    paths = [route.format(user) for user in people for route in ("/user/{}", "/user?userId={}")]
    answers = bursts.paced(
        api, paths, clients=CLIENTS, total=REQUESTS, per_second=1.8 * RATE_PER_SECOND
    )
    assert Counter(answer.status for answer in answers) == {200: REQUESTS}
    for answer in answers:
        data = checks.success(answer, stage.expected)
        assert answer.request.target.endswith(str(data["userId"]))
        assert checks.same(data["number"], Decimal(people.index(str(data["userId"]))))
    ids = {answer.header("x-request-id") for answer in answers}
    assert len(ids) == REQUESTS
    milliseconds = sorted(answer.seconds * 1000 for answer in answers)
    p50, p99 = statistics.median(milliseconds), milliseconds[int(0.99 * REQUESTS)]
    record_property(
        "summary",
        f"load: {REQUESTS} requests by {CLIENTS} clients: p50 {p50:.0f} ms, p99 {p99:.0f} ms",
    )


@pytest.mark.usefixtures("burst")
@pytest.mark.only("local")
def test_nothing_is_left(users: Users, deployed: dict[str, str]) -> None:
    """After the load: no users of any check, and no more workers than there were clients."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=users.table)
    ids = {item["userId"]["S"] for page in pages for item in page["Items"]}
    assert not {user for user in ids if user.lower().startswith("e2e-")}
    port = urlsplit(client("dynamodb").meta.endpoint_url).port
    alive = _worker_folders(deployed["FunctionName"], str(port))
    if not alive:
        pytest.skip("the processes of the local stage on this machine")
    assert len(alive) <= CLIENTS
    prefix = f"ministack-lambda-{deployed['FunctionName']}-"
    kept = {folder for one in alive for folder in one.parent.glob(f"{prefix}*")}
    assert kept <= alive


def _worker_folders(function: str, port: str) -> set[Path]:
    """The folders of the processes that run the function, one each.

    Two stages may run functions of one name: their files are kept apart by the port.
    """
    folders = set()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = process.read_bytes().decode("utf-8", "replace").split("\0")
            folders |= {Path(word).parent for word in words if f"-{function}-" in word}
    return {folder for folder in folders if port in folder.parts}
