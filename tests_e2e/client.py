"""The HTTPS client of all checks: sends exactly what it is asked to, keeps what came back.

`http.client` and no more: nothing is normalised, decompressed, redirected or merged,
and a header that was sent twice is seen twice.
"""

from __future__ import annotations

import http.client
import shlex
import socket
import ssl
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from contract.stages import SLOWEST_ANSWER_SECONDS
from tests_e2e.signing import Signer
from tests_e2e.target import Target

SHOWN_BYTES = 1500
Headers = tuple[tuple[str, str], ...]


class NoAnswerError(AssertionError):
    """The stage did not answer the request with an HTTP response in time."""


@dataclass(frozen=True)
class Request:
    """A request, without what signs it."""

    method: str
    target: str  # path and query, as sent
    headers: Headers
    curl: str  # the shell line that repeats it


@dataclass(frozen=True)
class Answer:
    """What `stage` sent back: header names as sent, in order; `seconds` until the last byte."""

    stage: Target
    request: Request
    status: int
    headers: Headers
    body: bytes
    seconds: float

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The value of a header, or None. A header that was sent twice is an error."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} was sent {len(values)} times: {values}"
        return values[0] if values else None

    def shown(self) -> str:
        lines = [f"{self.status} after {self.seconds:.3f} s"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        body = self.body[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
        more = len(self.body) - SHOWN_BYTES
        return "\n".join([*lines, "", body + (f" ... {more} more bytes" if more > 0 else "")])


@dataclass
class Exchanges:
    """The last exchanges of the running test, for the report of its failure."""

    last: deque[tuple[Request, Answer | str]] = field(default_factory=lambda: deque(maxlen=3))

    def shown(self) -> str:
        return "\n\n".join(
            f"{request.curl}\n{answer if isinstance(answer, str) else answer.shown()}"
            for request, answer in self.last
        )


@dataclass
class Client:
    """Calls one stage over one kept-alive connection. Not for several threads."""

    target: Target
    exchanges: Exchanges
    signer: Signer | None = None
    note: str = ""  # what a repeated curl line cannot show
    timeout: float = SLOWEST_ANSWER_SECONDS
    _connection: http.client.HTTPSConnection | None = None
    _context: ssl.SSLContext | None = None

    def clone(self, *, signer: Signer | None = None, note: str = "") -> Client:
        """A client with its own connection, for another thread or another principal."""
        return replace(self, signer=signer, note=note, _connection=None)

    def get(self, path: str, **headers: str) -> Answer:
        """GET a path below the stage. `if_none_match=...` sends `If-None-Match`."""
        return self.send("GET", path, _named(headers))

    def options(self, path: str, **headers: str) -> Answer:
        return self.send("OPTIONS", path, _named(headers))

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request, exactly as described. Raises NoAnswerError."""
        request = self._request(method, path, headers)
        try:
            answer = self._exchange(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            reason = f"no answer: {type(error).__name__}: {error}"
            self.exchanges.last.append((request, reason))
            raise NoAnswerError(f"{method} {request.target}: {reason}") from None
        self.exchanges.last.append((request, answer))
        return answer

    def raw(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        """GET over a connection of its own: every byte that arrives before it is closed."""
        request = self._request("GET", path, headers)
        lines = [f"GET {request.target} HTTP/1.1", f"Host: {self.target.host_header}"]
        sent = (("Connection", "close"), *request.headers, *self._signature(request).items())
        lines += [f"{name}: {value}" for name, value in sent]
        address = (self.target.host, self.target.port)
        with socket.create_connection(address, self.timeout) as plain:
            context = self.target.tls_context()
            with context.wrap_socket(plain, server_hostname=self.target.host) as secure:
                secure.sendall("\r\n".join([*lines, "", ""]).encode())
                received = b"".join(iter(lambda: secure.recv(65536), b""))
        self.exchanges.last.append((request, received[:SHOWN_BYTES].decode("utf-8", "replace")))
        return received

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _request(self, method: str, path: str, headers: Mapping[str, str] | None) -> Request:
        target, pairs = f"{self.target.base_path}{path}", tuple((headers or {}).items())
        return Request(method, target, pairs, self._curl(method, target, pairs))

    def _exchange(self, request: Request) -> Answer:
        reused = self._connection is not None
        started = time.monotonic()
        try:
            response, body = self._roundtrip(request)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not reused:
                raise
            # A server may close a kept-alive connection at any time between answers.
            self.close()
            response, body = self._roundtrip(request)
        seconds = time.monotonic() - started
        headers = tuple(response.getheaders())
        return Answer(self.target, request, response.status, headers, body, seconds)

    def _roundtrip(self, request: Request) -> tuple[http.client.HTTPResponse, bytes]:
        connection = self._connected()
        connection.putrequest(request.method, request.target)
        for name, value in (*request.headers, *self._signature(request).items()):
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        if response.will_close:
            self.close()
        return response, body

    def _connected(self) -> http.client.HTTPSConnection:
        if self._connection is None:
            self._context = self._context or self.target.tls_context()
            self._connection = http.client.HTTPSConnection(
                self.target.host, self.target.port, timeout=self.timeout, context=self._context
            )
        return self._connection

    def _signature(self, request: Request) -> dict[str, str]:
        if self.signer is None:
            return {}
        return self.signer.headers(request.method, self.target.host_header, request.target)

    def _curl(self, method: str, target: str, headers: Headers) -> str:
        words = ["curl", "--silent", "--show-error", "--include", "--path-as-is"]
        words += ["--head"] if method == "HEAD" else ["--request", method]
        if self.target.ca_bundle:
            words += ["--cacert", str(self.target.ca_bundle)]
        for name, value in headers:
            words += ["--header", f"{name}: {value}"]
        line = shlex.join(words)
        if self.signer:
            line += f" --aws-sigv4 aws:amz:{self.signer.region}:execute-api"
            line += ' --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'
            if self.signer.credentials.token:
                line += ' --header "x-amz-security-token: $AWS_SESSION_TOKEN"'
        line += " " + shlex.quote(f"https://{self.target.host_header}{target}")
        return f"{line}  # {self.note}" if self.note else line


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
