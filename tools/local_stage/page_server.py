"""The page to try a stage with: static files, and what a page cannot know, as JSON.

It is served at the first origin that the stage allows, so the browser's CORS checks are real.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import Lock, Timer
from typing import Any
from urllib.parse import urlsplit

from tools.local_stage import sample
from tools.local_stage.clients import Clients
from tools.local_stage.display import short
from tools.local_stage.emulator import HOST, bind
from tools.local_stage.function_log import FunctionLog
from tools.local_stage.plain_http import plain_http, serving
from tools.local_stage.programs import LocalStageError
from tools.local_stage.serving import RunningStage

FILES = Path(__file__).with_name("page")
TYPES = {"index.html": "text/html", "page.css": "text/css", "page.js": "text/javascript"}
LOOPBACK = (HOST, "localhost")
DENY = "denied-by-the-page"
DENIED_SECONDS = 3.0


@dataclass
class TablePermission:
    """The function's permission to read its table, which the page may deny for some seconds."""

    clients: Clients
    function: str
    _timer: Timer | None = None
    _lock: Lock = field(default_factory=Lock)

    def deny(self) -> None:
        """Let IAM deny every call to the table, until `allow` or for some seconds."""
        with self._lock:
            statement = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self._role_policy("put_role_policy", PolicyDocument=document)
            self._timer = Timer(DENIED_SECONDS, self.allow)
            self._timer.daemon = True
            self._timer.start()

    def allow(self) -> None:
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
                self._role_policy("delete_role_policy")

    close = allow

    def _role_policy(self, call: str, **document: str) -> None:
        function = self.clients.of("lambda").get_function_configuration(FunctionName=self.function)
        role = function["Role"].rpartition("/")[2]
        getattr(self.clients.of("iam"), call)(RoleName=role, PolicyName=DENY, **document)


class _Server(ThreadingHTTPServer):
    """What the handler of every request needs to know."""

    daemon_threads = True

    def __init__(self, running: RunningStage, clients: Clients, api: str, listener: socket) -> None:
        self.origin = running.allowed_origin
        self.host = urlsplit(self.origin).netloc
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_activate()
        self.log = FunctionLog(clients, running.outputs["FunctionLogGroup"])
        self.permission = TablePermission(clients, running.outputs["FunctionName"])
        self.facts: dict[str, Any] = {
            "stage": running.stage,
            "api": api,
            "url": running.url,
            "ca": short(running.ca_bundle),
            "users": [user["userId"]["S"] for user in sample.USERS],
        }
        self.policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"
            f" connect-src 'self' {api}/"
        )


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.removeprefix("/") or "index.html"
        # another name of this machine would let a foreign page read what is served here
        if self.headers.get("Host") != self.server.host:
            self._send(403, "text/plain", b"Open the page at its own address.")
        elif name in TYPES:
            self._send(200, f"{TYPES[name]}; charset=utf-8", (FILES / name).read_bytes())
        elif name == "stage":
            self._send_json(self.server.facts)
        elif name.startswith("log/"):
            request_id = re.sub(r"[^\w=-]", "", name.removeprefix("log/"))
            self._send_json({"line": self.server.log.of_request(request_id)})
        else:
            self._send(404, "text/plain", b"There is no such file.")

    def do_POST(self) -> None:
        action = {
            "/table/deny": self.server.permission.deny,
            "/table/allow": self.server.permission.allow,
        }.get(self.path)
        if self.headers.get("Origin") != self.server.origin or not action:
            self._send(403, "text/plain", b"Only the page itself may ask for this.")
            return
        action()
        self._send_json({})

    def _send_json(self, content: Any) -> None:
        self._send(200, "application/json", json.dumps(content).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet: the terminal shows the function's log."""


@contextmanager
def page(running: RunningStage, clients: Clients) -> Iterator[str]:
    """Serve the page of a stage during the block and yield its address.

    Raises LocalStageError where the stage allows no origin on this machine, or its port is taken.
    """
    with (
        bind(_port(running.allowed_origin)) as listener,
        plain_http(running) as api,
        _Server(running, clients, api, listener) as server,
        closing(server.permission),
        serving(server),
    ):
        yield running.allowed_origin


def _port(origin: str) -> int:
    """Return the port on this machine that an origin names. Raises LocalStageError."""
    parts = urlsplit(origin)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or not parts.port:
        raise LocalStageError(f"the stage allows {origin}, which is no port of this machine")
    return parts.port
