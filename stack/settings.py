"""What may differ between stages, read from cdk.json and checked before anything is built."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

STAGES = ("local", "dev", "staging", "prod")


class SettingsError(ValueError):
    """One line that names stage, key, value and what is allowed."""


@contextmanager
def reported() -> Iterator[None]:
    """Ends the program with exit code 2 and the one line of a SettingsError."""
    try:
        yield
    except SettingsError as problem:
        print(f"error: {problem}", file=sys.stderr)
        sys.exit(2)


def read_context(file: Path) -> dict[str, Any]:
    """The context in a cdk.json. Raises SettingsError."""
    try:
        return dict(json.loads(file.read_bytes())["context"])
    except OSError as problem:
        raise SettingsError(f"{file.name}: {problem.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise SettingsError(f"{file.name}: not a JSON object with an object 'context'") from None


@dataclass(frozen=True)
class Bool:
    """True or false, as JSON knows them."""

    allowed = "true or false"

    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` to `most`, both included."""

    least: int
    most: int

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def accepts(self, value: object) -> bool:
        is_int = isinstance(value, int) and not isinstance(value, bool)
        return is_int and self.least <= value <= self.most  # type: ignore[operator]


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(self.words)

    def accepts(self, value: object) -> bool:
        return value in self.words


@dataclass(frozen=True)
class Origins:
    """The web origins whose pages may read the answers; the first one reads gateway errors too."""

    allowed = "a list of one or more different origins, each http(s)://host[:port]"

    def accepts(self, value: object) -> bool:
        if not isinstance(value, list) or not value or len(value) != len(set(map(str, value))):
            return False
        return all(map(_is_origin, value))


ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:(?P<port>[1-9][0-9]{0,4}))?")
LAST_PORT = 65535


def _is_origin(value: object) -> bool:
    found = ORIGIN.fullmatch(value) if isinstance(value, str) else None
    return found is not None and int(found["port"] or LAST_PORT) <= LAST_PORT


@dataclass(frozen=True)
class Account:
    """The AWS account that a stage belongs to; `any` where it may stand in each."""

    allowed = "an account id of 12 digits, 'any', or '' for none yet"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(r"([0-9]{12}|any)?", value) is not None


Rule = Bool | Whole | Choice | Origins | Account
RULES: Mapping[str, Rule] = {
    "account": Account(),
    "authorization": Choice(("NONE", "AWS_IAM")),
    "allowed_origins": Origins(),
    "retain_data": Bool(),
    "snap_start": Bool(),
    "memory_mb": Whole(128, 10240),
    # Above the slowest failing answer of the function, below the gateway's 29 s.
    "timeout_seconds": Whole(8, 28),
    "log_level": Choice(("DEBUG", "INFO", "WARNING", "ERROR")),
    # The account's default quota for all its APIs in a region.
    "rate_limit": Whole(1, 10000),
    "burst_limit": Whole(1, 5000),
    "cache_max_age_seconds": Whole(0, 86400),
    "traces_per_second": Whole(0, 100),
    "trace_percent": Whole(0, 100),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one stage."""

    stage: str
    account: str
    authorization: str
    allowed_origins: tuple[str, ...]
    retain_data: bool
    snap_start: bool
    memory_mb: int
    timeout_seconds: int
    log_level: str
    rate_limit: int
    burst_limit: int
    cache_max_age_seconds: int
    traces_per_second: int
    trace_percent: int

    @classmethod
    def load(cls, stage: object, stages: object) -> Settings:
        """The settings of `stage` out of the context's `stages`.

        Raises SettingsError for an unknown stage, or an unknown, missing, wrongly typed or
        out-of-range key.
        """
        if stage not in STAGES:
            raise SettingsError(f"stage {stage!r} is not known: allowed is {_list(STAGES)}")
        given = stages.get(stage) if isinstance(stages, dict) else None
        if not isinstance(given, dict):
            raise SettingsError(f"stage {stage}: cdk.json has no object stages.{stage}")
        for key in given:
            if key not in RULES:
                raise SettingsError(
                    f"stage {stage}: key {key!r} is not known: allowed is {_list(RULES)}"
                )
        for key, rule in RULES.items():
            _check(stage=str(stage), key=key, given=given, rule=rule)
        values = {**given, "stage": stage, "allowed_origins": tuple(given["allowed_origins"])}
        return cls(**{field.name: values[field.name] for field in fields(cls)})


def _check(
    *,
    stage: str,
    key: str,
    given: Mapping[str, object],
    rule: Bool | Whole | Choice | Origins | Account,
) -> None:
    if key not in given:
        raise SettingsError(f"stage {stage}: key {key!r} is missing: allowed is {rule.allowed}")
    if not rule.accepts(given[key]):
        raise SettingsError(
            f"stage {stage}: key {key!r} is {given[key]!r}: allowed is {rule.allowed}"
        )


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
