"""HTTPS only, TLS 1.2 or newer, with a certificate that a client can check."""

from __future__ import annotations

import socket
import ssl
import warnings
from pathlib import Path

import pytest
import trustme

from tests_e2e.client import Client
from tests_e2e.target import Target

pytestmark = [pytest.mark.promise("tls-floor"), pytest.mark.smoke]
SECONDS = 5
OLD = ["TLSv1", "TLSv1_1"]
NEW = {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}


def _handshake(stage: Target, context: ssl.SSLContext) -> str | None:
    """The version that client and stage agree on. Raises ssl.SSLError, OSError."""
    with (
        socket.create_connection((stage.host, stage.port), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=stage.host) as secure,
    ):
        return secure.version()


def _only(context: ssl.SSLContext, version: str, *, old: bool = False) -> ssl.SSLContext:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point
        if old:
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    return context


def _speaks(version: str) -> bool:
    """Whether this machine's OpenSSL supports that version at all."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        _only(client, version, old=True).wrap_bio(back, there, server_hostname="localhost"),
        _only(server, version, old=True).wrap_bio(there, back, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError:
                return False
    return all(end.version() == version.replace("_", ".") for end in ends)


@pytest.mark.parametrize("version", OLD)
def test_old_tls_is_refused(stage: Target, version: str) -> None:
    if not _speaks(version):
        pytest.skip("the OpenSSL of this machine cannot speak that version")
    with pytest.raises((ssl.SSLError, ConnectionError)) as refused:
        _handshake(stage, _only(stage.tls_context(), version, old=True))
    assert not isinstance(refused.value, ssl.SSLCertVerificationError)


@pytest.mark.parametrize("version", NEW)
def test_new_tls_is_accepted(stage: Target, version: str) -> None:
    assert _handshake(stage, _only(stage.tls_context(), version)) == NEW[version]


def test_newest_tls_is_chosen(stage: Target) -> None:
    assert _handshake(stage, stage.tls_context()) == "TLSv1.3"


def test_certificate_is_refused_under_another_authority(stage: Target, tmp_path: Path) -> None:
    """A client that trusts another authority alone does not talk to the stage."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(stage, ssl.create_default_context(cafile=other))


def test_certificate_names_host(stage: Target) -> None:
    context = stage.tls_context()
    with (
        pytest.raises(ssl.SSLCertVerificationError, match=r"doesn't match|mismatch|not valid"),
        socket.create_connection((stage.host, stage.port), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="other.example"),
    ):
        pass


def test_plain_http_is_refused(stage: Target) -> None:
    """Refused, or redirected; never answered."""
    ports = {stage.port, 80} if stage.port == 443 else {stage.port}
    for port in ports:
        received = _plain_http(stage, port)
        assert b"requestId" not in received
        assert received == b"" or received.split(b" ", 2)[1] in (b"301", b"308", b"400", b"403")


def _plain_http(stage: Target, port: int) -> bytes:
    request = f"GET {stage.base_path}/user/ada HTTP/1.1\r\nHost: {stage.host_header}\r\n\r\n"
    try:
        with socket.create_connection((stage.host, port), SECONDS) as plain:
            plain.sendall(request.encode())
            return plain.recv(65536)
    except OSError:
        return b""


def test_answer_arrives_over_tls(anonymous: Client, stage: Target) -> None:
    """The other checks of this module talk to the stage that all others call."""
    assert anonymous.get("/").status == (403 if stage.expected.iam else 404)
