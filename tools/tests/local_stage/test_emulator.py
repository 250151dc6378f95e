"""The emulator as a process: where it listens, whom clients trust, and that it leaves nothing."""

from __future__ import annotations

import os
import socket
import ssl
import urllib.request
from pathlib import Path

import pytest

from tools.local_stage.emulator import HOST, Certificates, bind, certificates, emulator
from tools.local_stage.programs import LocalStageError


def test_port_in_use_is_refused_by_name() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalStageError, match=f"port {port} on 127.0.0.1 cannot be used: add"):
            bind(port)


def test_two_sockets_get_different_free_ports() -> None:
    with bind(None) as one, bind(None) as other:
        assert one.getsockname() != other.getsockname()


def chosen_protocol(port: int, trust: ssl.SSLContext) -> str | None:
    """Return the protocol that a client with HTTP/2 gets."""
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((HOST, port)) as plain,
        trust.wrap_socket(plain, server_hostname=HOST) as client,
    ):
        return client.selected_alpn_protocol()


def test_emulator_serves_https_on_its_port_and_ends(tmp_path: Path) -> None:
    before = os.environ.copy()
    files = certificates(tmp_path / "tls")
    with emulator(
        listener=bind(None),
        account="111111111111",
        certificates=files,
        folder=tmp_path,
        settings={},
        saves=False,
    ) as running:
        trust = ssl.create_default_context(cafile=str(files.ca))
        health = f"{running.endpoint}/_ministack/health"
        with urllib.request.urlopen(health, context=trust, timeout=5) as answer:
            assert answer.status == 200
        running.check_alive()
        assert chosen_protocol(running.port, trust) == "http/1.1"
    assert running.process.poll() is not None
    with socket.socket() as client:
        assert client.connect_ex((HOST, running.port)) != 0
    assert os.environ == before
    with pytest.raises(LocalStageError, match=r"the emulator is dead: .*emulator\.log\)"):
        running.check_alive()


def test_emulator_that_does_not_start_says_why(tmp_path: Path) -> None:
    files = certificates(tmp_path / "tls")
    files.server.write_text("no key")
    with (
        pytest.raises(LocalStageError, match=r"the emulator is dead: .*SSL"),
        emulator(
            listener=bind(None),
            account="111111111111",
            certificates=files,
            folder=tmp_path,
            settings={},
            saves=False,
        ),
    ):
        pass


def handshake(server: Certificates, trust: Path, name: str) -> None:
    """One TLS handshake in memory; raises ssl.SSLCertVerificationError."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server.server)
    asking = ssl.create_default_context(cafile=str(trust))
    sent, received = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(received, sent, server_hostname=name)
    answering = serving.wrap_bio(sent, received, server_side=True)
    for _ in range(3):
        for side in (client, answering):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_client_that_trusts_authority_reaches_server(tmp_path: Path, name: str) -> None:
    files = certificates(tmp_path)
    handshake(files, files.ca, name)


def test_client_that_trusts_another_authority_is_refused(tmp_path: Path) -> None:
    files, other = certificates(tmp_path / "own"), certificates(tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, other.ca, "127.0.0.1")


def test_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    files = certificates(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, files.ca, "example.com")


def test_kept_folder_keeps_its_certificates(tmp_path: Path) -> None:
    before = certificates(tmp_path).ca.read_bytes()
    assert certificates(tmp_path).ca.read_bytes() == before


def test_key_is_readable_by_owner_alone(tmp_path: Path) -> None:
    assert certificates(tmp_path).server.stat().st_mode & 0o077 == 0
