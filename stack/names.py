"""The service's own name, which nothing else in the stack repeats."""

from __future__ import annotations

PROJECT = "user-api"
PREFIX = "UserApi"


def stack_name(name: str) -> str:
    """Return the name of the stack of a stage, or of one that all stages share."""
    return f"{PREFIX}-{name}"
