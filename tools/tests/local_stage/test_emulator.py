"""The emulator as a process: where it listens, and that it leaves nothing."""

from __future__ import annotations

import os
import socket
import ssl
import urllib.request
from pathlib import Path

import pytest

from tools.local_stage import LocalStageError
from tools.local_stage.certificates import certificates
from tools.local_stage.emulator import HOST, bind, emulator


def test_a_port_in_use_is_refused_by_name() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalStageError, match=f"port {port} on 127.0.0.1 cannot be used: add"):
            bind(port)


def test_any_free_port_will_do() -> None:
    with bind(None) as one, bind(None) as other:
        assert one.getsockname() != other.getsockname()


def chosen_protocol(port: int, trust: ssl.SSLContext) -> str | None:
    """What a client that knows HTTP/2, too, gets."""
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((HOST, port)) as plain,
        trust.wrap_socket(plain, server_hostname=HOST) as client,
    ):
        return client.selected_alpn_protocol()


def test_the_emulator_serves_https_on_its_port_and_ends(tmp_path: Path) -> None:
    before = os.environ.copy()
    made = certificates(tmp_path / "tls")
    with emulator(
        listener=bind(None),
        account="111111111111",
        certificates=made,
        folder=tmp_path,
        settings={},
        saves=False,
    ) as running:
        trust = ssl.create_default_context(cafile=str(made.ca))
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


def test_an_emulator_that_does_not_start_says_why(tmp_path: Path) -> None:
    made = certificates(tmp_path / "tls")
    made.key.write_text("no key")
    with (
        pytest.raises(LocalStageError, match=r"the emulator is dead: .*SSL"),
        emulator(
            listener=bind(None),
            account="111111111111",
            certificates=made,
            folder=tmp_path,
            settings={},
            saves=False,
        ),
    ):
        pass
