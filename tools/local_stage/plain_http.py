"""The API of a stage over plain HTTP on loopback, for a browser, which does not trust its TLS.

Passes on GET and OPTIONS of this API and nothing else: a foreign page that finds the port must
not reach the other APIs of the emulator, which would run its code on this machine.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from tools.local_stage.emulator import HOST
from tools.local_stage.serving import RunningStage

OF_ONE_CONNECTION = {"connection", "host", "keep-alive", "transfer-encoding"}
POLL_SECONDS = 0.05


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, running: RunningStage) -> None:
        super().__init__((HOST, 0), _Handler)
        self.host = f"{HOST}:{self.server_port}"
        self.path = urlsplit(running.url).path
        self.stage_port = running.port
        self.trust = ssl.create_default_context(cafile=str(running.ca_bundle))


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 5.0  # an idle connection would keep the emulator from ending

    def setup(self) -> None:
        super().setup()
        port, trust = self.server.stage_port, self.server.trust
        self.stage = HTTPSConnection(HOST, port, context=trust, timeout=30)

    def finish(self) -> None:
        self.stage.close()
        super().finish()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        of_api = path.startswith(f"{self.server.path}/") and ".." not in path.split("/")
        if not of_api or self.headers.get("Host") != self.server.host:
            self.send_error(403)
            return
        passed = {n: v for n, v in self.headers.items() if n.lower() not in OF_ONE_CONNECTION}
        try:
            self.stage.request(self.command, self.path, headers=passed)
            answer = self.stage.getresponse()
            body = answer.read()
        except (OSError, HTTPException):
            self.send_error(502)
            return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OF_ONE_CONNECTION | {"content-length"}:
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_OPTIONS(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Stay quiet: the terminal shows the function's log."""


@contextmanager
def plain_http(running: RunningStage) -> Iterator[str]:
    """Pass on requests during the block; yield the stage's URL with http and another port."""
    with _Server(running) as server, serving(server):
        yield f"http://{server.host}{server.path}"


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    """Let a thread answer the requests to a server during the block."""
    Thread(target=server.serve_forever, args=[POLL_SECONDS], daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
