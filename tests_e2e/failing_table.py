"""A local stage whose table fails on demand, by a proxy that fails as networks and tables do."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests_e2e import target
from tests_e2e.client import Client, Exchanges

Fault = Callable[["_Handler"], None]
LONGER_THAN_CLIENTS_WAIT = 30.0


class TableProxy(ThreadingHTTPServer):
    """Passes DynamoDB's requests on to `upstream`, or answers them with `fault`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = ""
        self.context = ssl.create_default_context()
        self.fault: Fault | None = None
        self.ended = threading.Event()  # ends hanging requests

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def pass_to(self, endpoint: str, ca_bundle: Path) -> None:
        self.upstream = urlsplit(endpoint).netloc
        self.context = ssl.create_default_context(cafile=ca_bundle)

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        self.ended.clear()
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None
            self.ended.set()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore connections that the function gave up."""


@dataclass(frozen=True)
class FailingTable:
    """A client of a stage with the sample user `ada`, and the proxy in front of its table."""

    client: Client
    proxy: TableProxy


@contextmanager
def failing_table(exchanges: Exchanges) -> Iterator[FailingTable]:
    """Bring such a stage up for the duration of the block."""
    from tools.local_stage import serve  # here, because no other check needs its tools

    with table_proxy() as proxy, serve(stage="local", table_endpoint=proxy.url) as running:
        proxy.pass_to(running.environment["AWS_ENDPOINT_URL"], running.ca_bundle)
        stage = target.of(running.url, ca_bundle=running.ca_bundle)
        with closing(Client(stage, exchanges)) as client:
            yield FailingTable(client, proxy)


@contextmanager
def table_proxy() -> Iterator[TableProxy]:
    proxy = TableProxy()
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.ended.set()
        proxy.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: TableProxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if self.server.fault:
            self.server.fault(self)
            return
        upstream = http.client.HTTPSConnection(
            self.server.upstream, context=self.server.context, timeout=10
        )
        upstream.request("POST", self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        self.answer(answer.status, answer.read())
        upstream.close()

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep standard error quiet."""


def _error(status: int, error: str) -> Fault:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{error}", "message": "no"})
    return lambda handler: handler.answer(status, body.encode())


def _hangs(handler: _Handler) -> None:
    handler.server.ended.wait(LONGER_THAN_CLIENTS_WAIT)
    handler.close_connection = True


def _closes(handler: _Handler) -> None:
    handler.close_connection = True


def _resets(handler: _Handler) -> None:
    """Send RST instead of FIN, by a linger time of zero."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


# The table is unavailable for a moment: the contract's 503
UNAVAILABLE: dict[str, Fault] = {
    "throttled": _error(400, "ProvisionedThroughputExceededException"),
    "throttled by the account": _error(400, "ThrottlingException"),
    "over its limit": _error(400, "RequestLimitExceeded"),
    "hanging": _hangs,
    "closing": _closes,
    "resetting": _resets,
}
# Trying again would not help: the contract's 500
BROKEN: dict[str, Fault] = {
    "denied": _error(400, "AccessDeniedException"),
    "missing": _error(400, "ResourceNotFoundException"),
    "not valid": _error(400, "ValidationException"),
}
