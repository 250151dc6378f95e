"""The AWS emulator (ministack) as a child process: HTTPS on loopback, with IAM enforced."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from tools.local_stage.programs import LocalStageError, end, ended_by, last_words, start, with_log

HOST = "127.0.0.1"
REGION = "us-east-1"
SECRET_KEY = "test"
READY_WITHIN = 30.0
SERVER_SETTINGS = Path(__file__).with_name("server.toml")
SAVED_WITHIN = 40.0  # it waits up to 30 s for clients to close their TLS connections


@dataclass(frozen=True)
class Certificates:
    """PEM files: what clients trust, and the server's certificate with its key."""

    ca: Path
    server: Path


def certificates(folder: Path) -> Certificates:
    """Return the certificates in `folder`, or create them there by a new authority."""
    paths = Certificates(folder / "ca.pem", folder / "server.pem")
    if not paths.server.exists():
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="local stage")
        authority.cert_pem.write_to_path(paths.ca)
        paths.server.touch(mode=0o600)
        server = authority.issue_cert(HOST, "localhost")
        server.private_key_and_cert_chain_pem.write_to_path(paths.server)
    return paths


@dataclass(frozen=True)
class Emulator:
    """A running emulator: its address, its account, its log."""

    port: int
    account: str
    process: subprocess.Popen[bytes]
    certificates: Certificates
    log: Path

    @property
    def endpoint(self) -> str:
        return f"https://{HOST}:{self.port}"

    @property
    def client_environment(self) -> dict[str, str]:
        """Return the variables that make any AWS SDK or CLI talk to this emulator as root."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CA_BUNDLE": str(self.certificates.ca),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.account,  # to the emulator the root of this account
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def check_alive(self) -> None:
        """Raise LocalStageError when the emulator has ended."""
        code = self.process.poll()
        if code is not None:
            why = last_words(self.log) if code > 0 else ended_by(code)
            raise with_log(f"the emulator is dead: {why}", self.log)


def bind(port: int | None) -> socket.socket:
    """Bind a socket on loopback to `port`, or to any free one. Raises LocalStageError."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port or 0))
    except OSError as error:
        listener.close()
        why = error.strerror or str(error)
        raise LocalStageError(f"port {port} on {HOST} cannot be used: {why.lower()}") from None
    return listener


@contextmanager
def emulator(
    *,
    listener: socket.socket,
    account: str,
    certificates: Certificates,
    folder: Path,
    settings: dict[str, str],
    saves: bool,
) -> Iterator[Emulator]:
    """Run an emulator on `listener` for the duration of the block; yields when it answers.

    Its temporary files and its log are in `folder`. `settings` are further environment variables
    of the emulator and of the functions that it runs. An emulator that `saves` its state gets time
    for that at its end.
    """
    port = listener.getsockname()[1]
    log = folder / "emulator.log"
    process = start(
        _command(listener.fileno(), certificates),
        log=log,
        env={**_environment(port, account, certificates), **settings},
        cwd=folder,
        home=folder / "emulator-home",
        pass_fds=[listener.fileno()],
    )
    try:
        listener.close()
        running = Emulator(port, account, process, certificates, log)
        _wait_until_ready(running)
        yield running
    finally:
        end(process, within=SAVED_WITHIN if saves else 0.0)


def _command(fd: int, certificates: Certificates) -> list[str]:
    """Return the command of its application in the server that it brings along.

    Its own command would also listen on port 443 where it may.
    """
    return [
        *(sys.executable, "-m", "hypercorn", "ministack.app:app"),
        *("--config", str(SERVER_SETTINGS), "--bind", f"fd://{fd}"),
        *("--certfile", str(certificates.server), "--keyfile", str(certificates.server)),
    ]


def _environment(port: int, account: str, certificates: Certificates) -> dict[str, str]:
    """Return what is named here alone: the functions inherit it, and nothing of the user's."""
    ca = str(certificates.ca)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_ACCOUNT_ID": account,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificates.server),
        "MINISTACK_SSL_KEY": str(certificates.server),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AWS_ENDPOINT_URL": f"https://{HOST}:{port}",
        "AWS_CA_BUNDLE": ca,
        "REQUESTS_CA_BUNDLE": ca,
        "SSL_CERT_FILE": ca,
    }


def _wait_until_ready(running: Emulator) -> None:
    context = ssl.create_default_context(cafile=str(running.certificates.ca))
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        running.check_alive()
        try:
            urllib.request.urlopen(
                f"{running.endpoint}/_ministack/health", context=context, timeout=5
            ).close()
            return
        except OSError:
            time.sleep(0.05)
    raise with_log(f"the emulator did not answer within {READY_WITHIN:.0f} s", running.log)
