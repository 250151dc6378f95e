"""The stage's own authority: its clients trust the server, and nothing else does."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tools.local_stage.certificates import Certificates, certificates


def handshake(server: Certificates, trust: Path, name: str) -> None:
    """One TLS handshake in memory; raises ssl.SSLCertVerificationError."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server.server, server.key)
    asking = ssl.create_default_context(cafile=str(trust))
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(back, there, server_hostname=name)
    answering = serving.wrap_bio(there, back, server_side=True)
    for _ in range(3):
        for side in (client, answering):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_clients_that_trust_the_authority_reach_the_server(tmp_path: Path, name: str) -> None:
    made = certificates(tmp_path)
    handshake(made, made.ca, name)


def test_another_authority_is_not_enough(tmp_path: Path) -> None:
    made, other = certificates(tmp_path / "one"), certificates(tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(made, other.ca, "127.0.0.1")


def test_another_name_is_refused(tmp_path: Path) -> None:
    made = certificates(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(made, made.ca, "example.com")


def test_a_kept_folder_keeps_its_certificates(tmp_path: Path) -> None:
    before = certificates(tmp_path).ca.read_bytes()
    assert certificates(tmp_path).ca.read_bytes() == before


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    assert certificates(tmp_path).key.stat().st_mode & 0o077 == 0
