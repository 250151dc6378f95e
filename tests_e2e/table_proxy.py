"""A proxy between the function and its table, which can do to it what networks and tables do."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

Fault = Callable[["_Handler"], None]
LONGER_THAN_ANYBODY_WAITS = 30.0


class TableProxy(ThreadingHTTPServer):
    """Passes DynamoDB's requests on to `upstream`, or does what `fault` says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = ""
        self.context = ssl.create_default_context()
        self.fault: Fault | None = None
        self.ended = threading.Event()  # lets hanging requests go

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
        """A connection that the function gave up is no news."""


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
        """Says nothing."""


def _says(status: int, error: str) -> Fault:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{error}", "message": "no"})
    return lambda handler: handler.answer(status, body.encode())


def _hangs(handler: _Handler) -> None:
    handler.server.ended.wait(LONGER_THAN_ANYBODY_WAITS)
    handler.close_connection = True


def _closes(handler: _Handler) -> None:
    handler.close_connection = True


def _resets(handler: _Handler) -> None:
    """Closing with a linger time of zero sends RST instead of FIN."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


# The table cannot be had now: the contract's 503
UNAVAILABLE: dict[str, Fault] = {
    "throttled": _says(400, "ProvisionedThroughputExceededException"),
    "throttled by the account": _says(400, "ThrottlingException"),
    "over its limit": _says(400, "RequestLimitExceeded"),
    "hanging": _hangs,
    "closing": _closes,
    "resetting": _resets,
}
# Asking again would not help: the contract's 500
BROKEN: dict[str, Fault] = {
    "denied": _says(400, "AccessDeniedException"),
    "missing": _says(400, "ResourceNotFoundException"),
    "not valid": _says(400, "ValidationException"),
}
