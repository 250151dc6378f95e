"""The one line out of a program's log that says why it failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.local_stage.problems import last_words

LOGS = {
    "error: stage 'nope' is not known: allowed is local\npython app.py: Subprocess exited with"
    " error 2\n": "stage 'nope' is not known: allowed is local",
    "Traceback (most recent call last):\n  File x\nKeyError: 'stage'\n": "KeyError: 'stage'",
    "\x1b[31m ❌  UserApi-local failed: ROLLBACK\x1b[39m\n    at there (index.js:1)\n\n": (
        "UserApi-local failed: ROLLBACK"
    ),
    "starting\nready\n": "ready",
    "": "it said nothing",
}


@pytest.mark.parametrize("written", LOGS)
def test_last_words(tmp_path: Path, written: str) -> None:
    log = tmp_path / "log"
    log.write_text(written, encoding="utf-8")
    assert last_words(log) == LOGS[written]
