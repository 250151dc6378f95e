"""An empty web page, served on this machine under whatever origin a browser asks for."""

from __future__ import annotations

import base64
import hashlib
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PAGE = b"<!doctype html><title>page</title>"


@dataclass(frozen=True)
class Pages:
    """What Chromium must be told to find the page at each origin, and one origin more."""

    arguments: list[str]
    other_origin: str


@contextmanager
def pages(origins: Sequence[str]) -> Iterator[Pages]:
    """Serve the page for the duration of the block, over HTTP and over HTTPS."""
    authority = trustme.CA()
    hosts = [urlsplit(origin).hostname or "" for origin in origins]
    certificate = authority.issue_cert(*hosts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with _served(None) as plain, _served(context) as secure:
        ports = {"http": (plain, 80), "https": (secure, 443)}
        rules = []
        for origin in origins:
            parts = urlsplit(origin)
            port, default = ports[parts.scheme]
            rules.append(f"MAP {parts.hostname}:{parts.port or default} 127.0.0.1:{port}")
        yield Pages(
            arguments=[
                f"--host-resolver-rules={', '.join(rules)}",
                f"--proxy-bypass-list={';'.join(hosts)}",
                trusting(certificate.cert_chain_pems[0].bytes()),
            ],
            other_origin=f"http://127.0.0.1:{plain}",
        )


def trusting(*certificates: bytes) -> str:
    """Chromium's argument to trust the public keys of these certificates, and no others."""
    return f"--ignore-certificate-errors-spki-list={','.join(map(_pin, certificates))}"


def _pin(certificate: bytes) -> str:
    key = x509.load_pem_x509_certificate(certificate).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


@contextmanager
def _served(context: ssl.SSLContext | None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Keep standard error quiet."""
