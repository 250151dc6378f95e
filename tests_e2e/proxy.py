"""A proxy that passes requests on, or answers them wrongly: in front of a stage or its table."""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from urllib.parse import urlsplit

TLS_HANDSHAKE = b"\x16"
NO_LINGER = struct.pack("ii", 1, 0)
BETWEEN_HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length"}

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """A request on its way to the server behind the proxy."""

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
    """Behave as the server behind the proxy does."""
    return forward(request)


class Proxy(ThreadingMixIn, TCPServer):
    """Passes requests on to an HTTPS server; `behaviour`, `tls` and `plain_http` make it wrong.

    It speaks TLS with that context, and plain HTTP without one. A behaviour that raises
    ConnectionAbortedError closes the connection, ConnectionResetError resets it.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._good_tls = tls
        self.upstream = ""
        self.upstream_tls = ssl.create_default_context()
        self.behave()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def behave(self) -> None:
        """Be as good as the server behind it again."""
        self.behaviour: Behaviour = pass_on
        self.tls = self._good_tls
        self.plain_http = self._good_tls is None

    @contextmanager
    def behaving(self, behaviour: Behaviour) -> Iterator[None]:
        """Behave in another way for the duration of the block."""
        self.behaviour = behaviour
        try:
            yield
        finally:
            self.behave()

    def pass_to(self, url: str, ca_bundle: Path) -> None:
        self.upstream = urlsplit(url).netloc
        self.upstream_tls = ssl.create_default_context(cafile=ca_bundle)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up or speak no TLS: the checks do both on purpose."""


@contextmanager
def proxy(tls: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """Serve a proxy on a free port for the duration of the block."""
    server = Proxy(tls)
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
        if first == TLS_HANDSHAKE and self.server.tls:
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
        try:
            self._answer(request, self.server.behaviour(request, self._forward))
        except ConnectionResetError:
            # With a linger time of zero the socket sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            raise

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
                self.server.upstream, context=self.server.upstream_tls, timeout=30
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
