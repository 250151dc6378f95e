"""One HTTPS client for all checks: sends exactly what it is told, keeps what came back.

`http.client` and no more: nothing is normalised, decompressed, redirected or merged,
and a header that came twice is seen twice.
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


class NoAnswerError(AssertionError):
    """The stage did not answer the request with an HTTP response in time."""


@dataclass(frozen=True)
class Request:
    """What was asked, without what signs it."""

    method: str
    target: str  # path and query, as sent
    headers: tuple[tuple[str, str], ...]
    curl: str  # the shell line that repeats it


@dataclass(frozen=True)
class Answer:
    """What came back: header names as sent, in order; `seconds` until the last byte."""

    request: Request
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The one value of a header, or None. A header that came twice is an error."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
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
    """Speaks to one stage over one kept-alive connection. Not for several threads."""

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
        """Send one request, exactly as given. Raises NoAnswerError."""
        target = f"{self.target.base_path}{path}"
        given = tuple((headers or {}).items())
        request = Request(method, target, given, self._curl(method, target, given))
        try:
            answer = self._exchange(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            reason = f"no answer: {type(error).__name__}: {error}"
            self.exchanges.last.append((request, reason))
            raise NoAnswerError(f"{method} {target}: {reason}") from None
        self.exchanges.last.append((request, answer))
        return answer

    def raw(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        """GET over a connection of its own: every byte that comes before it is closed."""
        target = f"{self.target.base_path}{path}"
        given = tuple((headers or {}).items())
        request = Request("GET", target, given, self._curl("GET", target, given))
        lines = [f"GET {target} HTTP/1.1", f"Host: {self.target.host_header}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (*given, *self._signature(request).items())]
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

    def _exchange(self, request: Request) -> Answer:
        reused = self._connection is not None
        started = time.monotonic()
        try:
            status, headers, body = self._roundtrip(request)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not reused:
                raise
            # A server may close a kept-alive connection at any time between answers.
            self.close()
            status, headers, body = self._roundtrip(request)
        return Answer(request, status, headers, body, time.monotonic() - started)

    def _roundtrip(self, request: Request) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        connection = self._connected()
        connection.putrequest(request.method, request.target)
        for name, value in (*request.headers, *self._signature(request).items()):
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        if response.will_close:
            self.close()
        return response.status, tuple(response.getheaders()), body

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

    def _curl(self, method: str, target: str, headers: tuple[tuple[str, str], ...]) -> str:
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
            if self.signer.token:
                line += ' --header "x-amz-security-token: $AWS_SESSION_TOKEN"'
        line += " " + shlex.quote(f"https://{self.target.host_header}{target}")
        return f"{line}  # {self.note}" if self.note else line


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
