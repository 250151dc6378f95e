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
class Request:
    """A request on its way to the stage, or to an AWS service."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True)
class Response:
    """An answer on its way back, with the length of its body, or `announced`, in its header."""

    status: int
    headers: Headers
    body: bytes
    announced: int | None = None
    tail: bytes = b""  # sent after the answer, in no length

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


Forward = Callable[[Request], Response]
Behaviour = Callable[[Request, Forward], Response]


def pass_on(request: Request, forward: Forward) -> Response:
    """Do what a good stage does."""
    return forward(request)


class Proxy(ThreadingMixIn, TCPServer):
    """Passes requests on to `upstream`; `behaviour`, `tls` and `plain_http` make it wrong."""

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
        """Be a good stage again."""
        self.behaviour: Behaviour = pass_on
        self.tls = self.good_tls
        self.plain_http = False

    def pass_to(self, port: int, ca_bundle: Path) -> None:
        self.upstream = ("127.0.0.1", port)
        self.upstream_tls = ssl.create_default_context(cafile=ca_bundle)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up or speak no TLS: the checks do both on purpose."""


def served_with(authority: trustme.CA, host: str) -> ssl.SSLContext:
    """Serve with a certificate of that name and, like AWS, with TLS 1.2 and 1.3."""
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
        """Keep standard error quiet."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or "0"))
        request = Request(self.command, self.path, tuple(self.headers.items()), body)
        self._answer(request, self.server.behaviour(request, self._forward))

    def _answer(self, request: Request, response: Response) -> None:
        length = len(response.body) if response.announced is None else response.announced
        headers = [*response.headers, ("Content-Length", str(length))]
        reason = http.client.responses.get(response.status, "")
        lines = [f"HTTP/1.1 {response.status} {reason}", *(": ".join(pair) for pair in headers)]
        bodiless = request.method == "HEAD" or response.status in (204, 304)
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        self.wfile.write((b"" if bodiless else response.body) + response.tail)
        self.wfile.flush()
        self.close_connection |= length != len(response.body)

    def _forward(self, request: Request) -> Response:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                *self.server.upstream, context=self.server.upstream_tls, timeout=30
            )
        connection = self._connection
        connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers:
            if name.lower() != "connection":
                connection.putheader(name, value)
        connection.endheaders(request.body or None)
        answer = connection.getresponse()
        content = answer.read()
        own = [pair for pair in answer.getheaders() if pair[0].lower() not in BETWEEN_HOPS]
        if answer.will_close:
            connection.close()
            self._connection = None
        return Response(answer.status, tuple(own), content)
