"""A local stage whose table fails on demand, as networks and tables do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from tests_e2e import target
from tests_e2e.client import Client, Exchanges
from tests_e2e.proxy import Behaviour, Forward, Proxy, Request, Response, proxy

LONGER_THAN_CLIENTS_WAIT = 10.0


@dataclass(frozen=True)
class FailingTable:
    """A client of a stage with the sample user `ada`, and the proxy in front of its table."""

    client: Client
    proxy: Proxy


@contextmanager
def failing_table(exchanges: Exchanges) -> Iterator[FailingTable]:
    """Bring such a stage up for the duration of the block."""
    from tools.local_stage.serving import serve  # here, because no other check needs its tools

    with proxy() as table, serve(stage="local", table_endpoint=table.url) as running:
        table.pass_to(running.environment["AWS_ENDPOINT_URL"], running.ca_bundle)
        stage = target.of(running.url, ca_bundle=running.ca_bundle)
        with closing(Client(stage, exchanges)) as client:
            yield FailingTable(client, table)


def _error(status: int, name: str) -> Behaviour:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": "no"}
    headers = (("Content-Type", "application/x-amz-json-1.0"),)
    return lambda *_: Response(status, headers, json.dumps(body).encode())


def _hangs(_: Request, __: Forward) -> Response:
    time.sleep(LONGER_THAN_CLIENTS_WAIT)
    raise ConnectionAbortedError


def _closes(_: Request, __: Forward) -> Response:
    raise ConnectionAbortedError


def _resets(_: Request, __: Forward) -> Response:
    raise ConnectionResetError


# The table is unavailable for a moment: the contract's 503
UNAVAILABLE: dict[str, Behaviour] = {
    "throttled": _error(400, "ProvisionedThroughputExceededException"),
    "throttled by the account": _error(400, "ThrottlingException"),
    "over its limit": _error(400, "RequestLimitExceeded"),
    "hanging": _hangs,
    "closing": _closes,
    "resetting": _resets,
}
# Trying again would not help: the contract's 500
BROKEN: dict[str, Behaviour] = {
    "denied": _error(400, "AccessDeniedException"),
    "missing": _error(400, "ResourceNotFoundException"),
    "not valid": _error(400, "ValidationException"),
}
