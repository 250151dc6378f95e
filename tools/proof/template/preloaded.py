"""What every worker process needs, loaded once: the processes are forked from one that did this."""

from __future__ import annotations

from . import validity, worker

__all__ = ["worker"]

validity.linter()
