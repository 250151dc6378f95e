"""The function's configuration: environment variables, read once at import."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}
ANY_ORIGIN = "*"

_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
_ONE_YEAR = 31_536_000

_T = TypeVar("_T")


class SettingsError(ValueError):
    """A variable is missing or malformed; the message is one line that names it."""


class Settings(NamedTuple):
    """What the stage decides."""

    table_name: str
    region: str
    log_level: int  # one of LEVELS' values
    allowed_origins: frozenset[str]  # {"*"}, any number of origins, or empty
    cache_max_age: int  # seconds


def load(environment: Mapping[str, str]) -> Settings:
    """Read and check every variable. Raises SettingsError on the first bad one."""
    # Lambda sets the first; the second is what tools outside of it set
    elsewhere = not environment.get("AWS_REGION") and "AWS_DEFAULT_REGION" in environment
    return Settings(
        table_name=_read(environment, "TABLE_NAME", _table_name),
        region=_read(environment, "AWS_DEFAULT_REGION" if elsewhere else "AWS_REGION", _region),
        log_level=_read(environment, "LOG_LEVEL", _log_level),
        allowed_origins=_read(environment, "ALLOWED_ORIGINS", _origins),
        cache_max_age=_read(environment, "CACHE_MAX_AGE", _seconds),
    )


def _read(environment: Mapping[str, str], name: str, parse: Callable[[str], _T | None]) -> _T:
    value = environment.get(name)
    if value is None:
        raise SettingsError(f"environment variable {name} is missing: {parse.__doc__} is needed")
    parsed = parse(value)
    if parsed is None:
        raise SettingsError(f"environment variable {name} is {value!r}: {parse.__doc__} is needed")
    return parsed


def _table_name(value: str) -> str | None:
    """a DynamoDB table name (3 to 255 of A-Z a-z 0-9 _ . -)"""
    return value if _TABLE_NAME.fullmatch(value) else None


def _region(value: str) -> str | None:
    """an AWS region"""
    return value if re.fullmatch(r"[a-z0-9-]+", value) else None


def _log_level(value: str) -> int | None:
    """one of DEBUG, INFO, WARNING, ERROR"""
    return LEVELS.get(value)


def _origins(value: str) -> frozenset[str] | None:
    """'*', nothing, or origins like https://app.example.com with commas between"""
    origins = [origin.strip() for origin in value.split(",")] if value.strip() else []
    if origins == [ANY_ORIGIN] or all(map(_ORIGIN.fullmatch, origins)):
        return frozenset(origins)
    return None


def _seconds(value: str) -> int | None:
    """a whole number of seconds from 0 to 31536000"""
    return int(value) if re.fullmatch(r"[0-9]{1,8}", value) and int(value) <= _ONE_YEAR else None
