"""Steady load below the rate limit: nothing is refused, nothing fails, nothing is left."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contract.routes import READS
from tests_e2e import checks, traffic
from tests_e2e.aws import client
from tests_e2e.client import Client
from tests_e2e.target import Target
from tests_e2e.users import Users

pytestmark = [
    pytest.mark.burst,
    pytest.mark.only("aws-or-open"),
    pytest.mark.proof("never"),
    pytest.mark.xdist_group("browser and bursts"),
]
REQUESTS = 2000
CLIENTS = 16


@pytest.mark.promise("rate-limited", "record-returned", "query-route-same")
def test_load_below_limit_is_answered(
    api: Client, users: Users, stage: Target, record_property: Callable[[str, object], None]
) -> None:
    """The limit holds for each method: both routes together may be asked twice as often."""
    people = [users.put(number={"N": str(number)}) for number in range(4)]
    records = {user.id: user.record(number=Decimal(n)) for n, user in enumerate(people)}
    paths = [route.address.format(user) for user in records for route in READS]
    per_second = 1.8 * stage.expected.requests_per_second
    answers = traffic.paced(api, paths, clients=CLIENTS, total=REQUESTS, per_second=per_second)
    assert Counter(answer.status for answer in answers) == {200: REQUESTS}
    for answer in answers:
        checks.record(answer, records[re.split("[/=]", answer.request.target)[-1]])
    ids = {answer.header("x-request-id") for answer in answers}
    assert len(ids) == REQUESTS
    milliseconds = sorted(answer.seconds * 1000 for answer in answers)
    p50, p99 = statistics.median(milliseconds), milliseconds[int(0.99 * REQUESTS)]
    record_property(
        "summary",
        f"load: {REQUESTS} requests by {CLIENTS} clients: p50 {p50:.0f} ms, p99 {p99:.0f} ms",
    )


@pytest.mark.only("local")
def test_load_leaves_nothing(users: Users, deployed: dict[str, str]) -> None:
    """After the load: no test user, and no more workers than there were clients."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=users.table)
    ids = {item["userId"]["S"] for page in pages for item in page["Items"]}
    assert not {user for user in ids if user.lower().startswith("e2e-")}
    port = urlsplit(client("dynamodb").meta.endpoint_url).port
    alive = _worker_folders(deployed["FunctionName"], str(port))
    if not alive:
        pytest.skip("the processes of the local stage are not on this machine")
    assert len(alive) <= CLIENTS
    prefix = f"ministack-lambda-{deployed['FunctionName']}-"
    kept = {folder for worker in alive for folder in worker.parent.glob(f"{prefix}*")}
    assert kept <= alive


def _worker_folders(function: str, port: str) -> set[Path]:
    """The folder of each process that runs the function.

    Functions of two stages may have the same name: the port tells their files apart.
    """
    folders = set()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = process.read_bytes().decode("utf-8", "replace").split("\0")
            folders |= {Path(word).parent for word in words if f"-{function}-" in word}
    return {folder for folder in folders if port in folder.parts}
