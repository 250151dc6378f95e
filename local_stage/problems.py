"""What can go wrong, said in one line that a user can act on."""

from __future__ import annotations

import re
from pathlib import Path


class LocalStageError(Exception):
    """The local stage cannot be served; the message says why and where the log is."""


def with_log(message: str, log: Path) -> LocalStageError:
    """The error of a step that wrote `log`."""
    return LocalStageError(f"{message} (log: {log})")


def last_words(log: Path) -> str:
    """The line of a program's log that says why it failed: the last that names an error."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8", errors="replace"))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"error|❌|failed", line, re.IGNORECASE)]
    return (telling or lines or ["it wrote nothing"])[-1]
