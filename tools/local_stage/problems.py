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
    # the CDK CLI's remark on its app says less than what the app said
    lines = [one.strip() for one in text.splitlines() if "Subprocess exited with error" not in one]
    telling = [line for line in lines if re.search(r"error|❌|failed", line, re.IGNORECASE)]
    last = (telling or list(filter(None, lines)) or ["it said nothing"])[-1]
    return re.sub(r"^(error|❌)[: ]*", "", last, flags=re.IGNORECASE)
