"""A local stage whose table can be made to fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from tests_e2e import target
from tests_e2e.client import Client, Exchanges
from tests_e2e.table_proxy import TableProxy, table_proxy


@dataclass(frozen=True)
class FailingTable:
    """A stage with a user `ada`, and the proxy before its table."""

    client: Client
    proxy: TableProxy


@contextmanager
def failing_table(exchanges: Exchanges) -> Iterator[FailingTable]:
    """Bring such a stage up for the duration of the block."""
    from tools.local_stage import serve  # here, because all other checks do without its tools

    with table_proxy() as proxy, serve(stage="local", table_endpoint=proxy.url) as running:
        proxy.pass_to(running.environment["AWS_ENDPOINT_URL"], running.ca_bundle)
        stage = target.of(running.url, ca_bundle=running.ca_bundle)
        with closing(Client(stage, exchanges)) as client:
            yield FailingTable(client, proxy)
