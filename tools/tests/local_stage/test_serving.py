"""A start that fails is one line, whatever of it fails."""

from __future__ import annotations

import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest

from tools.local_stage import serving
from tools.local_stage.emulator import Emulator, bind, certificates
from tools.local_stage.programs import LocalStageError
from tools.local_stage.serving import serve


@pytest.fixture
def dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """What `serve` starts: an emulator that has ended with an error."""
    log = tmp_path / "emulator.log"
    log.write_text("starting\nOSError: no memory\n", encoding="utf-8")
    process = subprocess.Popen(["false"])
    process.wait()
    with bind(None) as free:
        port = free.getsockname()[1]
    ended = Emulator(port, "000000000000", process, certificates(tmp_path), log)
    monkeypatch.setattr(serving, "_emulator", lambda *_: nullcontext((ended, tmp_path)))
    return ended


def test_emulator_that_ends_before_bootstrap_is_named(dead: Emulator, tmp_path: Path) -> None:
    with pytest.raises(LocalStageError) as failed, serve(assembly=tmp_path):
        pass
    assert str(failed.value) == f"the emulator is dead: OSError: no memory (log: {dead.log})"


def test_call_that_fails_is_named_with_log(
    dead: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Emulator, "check_alive", lambda _: None)
    with pytest.raises(LocalStageError) as failed, serve(assembly=tmp_path):
        pass
    start = "the emulator refused a call: Could not connect to the endpoint URL: "
    assert str(failed.value).startswith(start)
    assert str(failed.value).endswith(f"(log: {dead.log})")
