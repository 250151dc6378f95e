"""The function's configuration: environment variables, read once at import."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR")  # as Lambda names them, from low to high
ANY_ORIGIN = "*"

_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_REGION = re.compile(r"[a-z0-9-]+")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
_ONE_YEAR = 31_536_000

_T = TypeVar("_T")


class SettingsError(ValueError):
    """A variable is missing or malformed; the message is one line that names it."""


class Settings(NamedTuple):
    """What the stage decides."""

    table_name: str
    region: str
    log_level: str  # one of LEVELS
    allowed_origins: frozenset[str]  # {"*"}, any number of origins, or empty
    cache_max_age: int  # seconds


def load(environment: Mapping[str, str]) -> Settings:
    """Read and check every variable. Raises SettingsError on the first bad one."""
    # Lambda sets AWS_REGION; tools outside of it often set only the other.
    elsewhere = not environment.get("AWS_REGION") and "AWS_DEFAULT_REGION" in environment
    region = "AWS_DEFAULT_REGION" if elsewhere else "AWS_REGION"
    return Settings(
        table_name=_read(
            environment,
            "TABLE_NAME",
            _matching(_TABLE_NAME),
            "a DynamoDB table name (3 to 255 of A-Z a-z 0-9 _ . -)",
        ),
        region=_read(environment, region, _matching(_REGION), "an AWS region"),
        log_level=_read(environment, "LOG_LEVEL", _level, f"one of {', '.join(LEVELS)}"),
        allowed_origins=_read(
            environment,
            "ALLOWED_ORIGINS",
            _origins,
            "'*', nothing, or origins like https://app.example.com with commas between",
        ),
        cache_max_age=_read(
            environment,
            "CACHE_MAX_AGE",
            _seconds,
            f"a whole number of seconds from 0 to {_ONE_YEAR}",
        ),
    )


def _read(
    environment: Mapping[str, str], name: str, parse: Callable[[str], _T | None], needed: str
) -> _T:
    value = environment.get(name)
    if value is None:
        raise SettingsError(f"environment variable {name} is missing: {needed} is needed")
    parsed = parse(value)
    if parsed is None:
        raise SettingsError(f"environment variable {name} is {value!r}: {needed} is needed")
    return parsed


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda value: value if pattern.fullmatch(value) else None


def _level(value: str) -> str | None:
    return value if value in LEVELS else None


def _origins(value: str) -> frozenset[str] | None:
    origins = [origin.strip() for origin in value.split(",")] if value.strip() else []
    if origins == [ANY_ORIGIN] or all(map(_ORIGIN.fullmatch, origins)):
        return frozenset(origins)
    return None


def _seconds(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,8}", value) and int(value) <= _ONE_YEAR else None
