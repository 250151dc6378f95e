"""An HTTPS proxy in front of a good stage, and of the AWS services behind it."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn

import trustme

TLS_HANDSHAKE = b"\x16"
BETWEEN_HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length"}

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """A request on its way to the stage, or to an AWS service."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True)
class Given:
    """An answer on its way back. The client is told the body's length, or `announced`."""

    status: int
    headers: Headers
    body: bytes
    announced: int | None = None
    tail: bytes = b""  # sent after the answer, without a word

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


Forward = Callable[[Asked], Given]
Behaviour = Callable[[Asked, Forward], Given]


def passes_on(asked: Asked, forward: Forward) -> Given:
    """What a good stage does."""
    return forward(asked)


class Proxy(ThreadingMixIn, TCPServer):
    """Passes on to `upstream`; `behaviour`, `tls` and `plain_http` make it wrong."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, authority: trustme.CA) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.good_tls = served_with(authority, "127.0.0.1")
        self.upstream = ("127.0.0.1", 0)
        self.upstream_tls = ssl.create_default_context()
        self.behave()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def behave(self) -> None:
        """Be a good stage (again)."""
        self.behaviour: Behaviour = passes_on
        self.tls = self.good_tls
        self.plain_http = False

    def pass_to(self, port: int, ca_bundle: Path) -> None:
        self.upstream = ("127.0.0.1", port)
        self.upstream_tls = ssl.create_default_context(cafile=ca_bundle)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up, or speak no TLS, are the checks' own business."""


def served_with(authority: trustme.CA, host: str) -> ssl.SSLContext:
    """What a server of that name shows; like AWS, TLS 1.2 and 1.3."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def proxy(authority: trustme.CA) -> Iterator[Proxy]:
    server = Proxy(authority)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Proxy

    def setup(self) -> None:
        first = self.request.recv(1, socket.MSG_PEEK)
        if first == TLS_HANDSHAKE:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        elif not self.server.plain_http:
            raise ConnectionAbortedError
        self._connection: http.client.HTTPSConnection | None = None
        super().setup()

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def finish(self) -> None:
        if self._connection:
            self._connection.close()
        with suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or "0"))
        asked = Asked(self.command, self.path, tuple(self.headers.items()), body)
        self._answer(asked, self.server.behaviour(asked, self._forward))

    def _answer(self, asked: Asked, given: Given) -> None:
        length = len(given.body) if given.announced is None else given.announced
        headers = [*given.headers, ("Content-Length", str(length))]
        reason = http.client.responses.get(given.status, "")
        lines = [f"HTTP/1.1 {given.status} {reason}", *(": ".join(pair) for pair in headers)]
        bodiless = asked.method == "HEAD" or given.status in (204, 304)
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        self.wfile.write((b"" if bodiless else given.body) + given.tail)
        self.wfile.flush()
        self.close_connection |= length != len(given.body)

    def _forward(self, asked: Asked) -> Given:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                *self.server.upstream, context=self.server.upstream_tls, timeout=30
            )
        connection = self._connection
        connection.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
        for name, value in asked.headers:
            if name.lower() != "connection":
                connection.putheader(name, value)
        connection.endheaders(asked.body or None)
        answer = connection.getresponse()
        content = answer.read()
        own = [pair for pair in answer.getheaders() if pair[0].lower() not in BETWEEN_HOPS]
        if answer.will_close:
            connection.close()
            self._connection = None
        return Given(answer.status, tuple(own), content)
