"""Arguments of `python -m tools.local_stage`: one clear line and a distinct code for bad ones."""

from __future__ import annotations

import socket

import pytest

from tools.local_stage import node, stopping
from tools.local_stage.__main__ import main


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No npm, and the signals of the test run stay as they are."""
    monkeypatch.setattr(node, "install_packages", lambda _: None)
    monkeypatch.setattr(stopping, "ENDING", ())


@pytest.mark.parametrize("words", [["--help"], ["up", "--help"], ["run", "--help"]])
def test_command_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(words)
    assert done.value.code == 0
    assert "--stage NAME" in capsys.readouterr().out


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", ""])
def test_bad_port_is_one_clear_line(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main([f"--port={port}"])
    assert done.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith(f"argument --port: {port!r} is not a port: 1 to 65535")


def test_port_in_use_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["--port", str(port)]) == 2
    expected = f"error: port {port} on 127.0.0.1 cannot be used: address already in use"
    assert capsys.readouterr().err.splitlines()[-1] == expected


def test_run_without_command_serves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["run", "--stage", "local"])
    assert done.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--stage", "staging", "run", "--", "true"], ["--port", "4566", "up"]]
)
def test_options_before_command_are_not_ignored(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        main(words)
    assert done.value.code == 2
    assert "error: options come after the command: " in capsys.readouterr().err
