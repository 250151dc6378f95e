"""The service's own name: the one place of the stack that has it."""

from __future__ import annotations

PROJECT = "user-api"
PREFIX = "UserApi"


def stack_name(name: str) -> str:
    """Return the name of a stack, given its stage or what all stages share in it."""
    return f"{PREFIX}-{name}"
