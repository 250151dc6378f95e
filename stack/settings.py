"""What may differ between stages, read from cdk.json and checked before anything is built."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A stage's name becomes part of the stack's name, and of the URL.
STAGE_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
# The stacks that all stages share; a stage of that name would have the same stack name.
SHARED = ("account", "sampling")


class SettingsError(ValueError):
    """One line that names stage, key, value and what is allowed."""


@contextmanager
def reported() -> Iterator[None]:
    """End the program with exit code 2 and the one line of a SettingsError."""
    try:
        yield
    except SettingsError as problem:
        print(f"error: {problem}", file=sys.stderr)
        sys.exit(2)


def read_context(file: Path) -> dict[str, Any]:
    """Return the context in a cdk.json. Raises SettingsError."""
    try:
        return dict(json.loads(file.read_bytes())["context"])
    except OSError as problem:
        raise SettingsError(f"{file.name}: {problem.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise SettingsError(f"{file.name}: not a JSON object with an object 'context'") from None


@dataclass(frozen=True)
class Rule:
    """What a setting may be: in words, and as a check."""

    allowed: str
    accepts: Callable[[object], bool]


def _whole(least: int, most: int) -> Rule:
    """A whole number from `least` to `most`, both included."""
    allowed = f"a whole number from {least} to {most}"
    return Rule(allowed, lambda value: type(value) is int and least <= value <= most)


def _choice(*words: str) -> Rule:
    return Rule("one of " + ", ".join(words), lambda value: value in words)


def _is_account(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([0-9]{12}|any)?", value) is not None


def _are_origins(value: object) -> bool:
    if not isinstance(value, list) or not value or len(value) != len(set(map(str, value))):
        return False
    return all(map(_is_origin, value))


ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:(?P<port>[1-9][0-9]{0,4}))?")
LAST_PORT = 65535


def _is_origin(value: object) -> bool:
    found = ORIGIN.fullmatch(value) if isinstance(value, str) else None
    return found is not None and int(found["port"] or LAST_PORT) <= LAST_PORT


ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _are_addresses(value: object) -> bool:
    if not isinstance(value, list) or len(value) != len(set(map(str, value))):
        return False
    return all(isinstance(one, str) and ADDRESS.fullmatch(one) for one in value)


def _rules() -> Mapping[str, Rule]:
    """Return what each setting may be: a function, so that its mutants can be tried."""
    return {
        # The AWS account that the stage belongs to; `any` where it may be in each.
        "account": Rule("an account id of 12 digits, 'any', or '' for none yet", _is_account),
        "authorization": _choice("NONE", "AWS_IAM"),
        # The web origins whose pages may read the answers; the first reads gateway errors too.
        "allowed_origins": Rule(
            "a list of one or more different origins, each http(s)://host[:port]", _are_origins
        ),
        "retain_data": Rule("true or false", lambda value: isinstance(value, bool)),
        "memory_mb": _whole(128, 10240),
        # Above the slowest failing answer of the function, below the gateway's 29 s.
        "timeout_seconds": _whole(8, 28),
        "log_level": _choice("DEBUG", "INFO", "WARN", "ERROR"),
        # The account's default quota for all its APIs in a region.
        "rate_limit": _whole(1, 10000),
        "burst_limit": _whole(1, 5000),
        "cache_max_age_seconds": _whole(0, 86400),
        # Of Lambda's own events; on WARN only failed invocations are reported:
        # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
        "system_log_level": _choice("DEBUG", "INFO", "WARN"),
        # Each hears the alarms, once it has confirmed.
        "alarm_addresses": Rule(
            "a list of different e-mail addresses, which may be empty", _are_addresses
        ),
        "traces_per_second": _whole(0, 100),
        "trace_percent": _whole(0, 100),
    }


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one stage."""

    stage: str
    account: str
    authorization: str
    allowed_origins: tuple[str, ...]
    retain_data: bool
    memory_mb: int
    timeout_seconds: int
    log_level: str
    rate_limit: int
    burst_limit: int
    cache_max_age_seconds: int
    system_log_level: str
    alarm_addresses: tuple[str, ...]
    traces_per_second: int
    trace_percent: int

    @property
    def signed(self) -> bool:
        """Whether callers sign their requests."""
        return self.authorization == "AWS_IAM"

    @classmethod
    def load(cls, stage: object, stages: Any) -> Settings:
        """Return the settings of `stage` out of the context's `stages`.

        Raises SettingsError for an unknown stage, or an unknown, missing, wrongly typed or
        out-of-range key.
        """
        known = stage_names(stages)
        if stage not in known:
            raise SettingsError(f"stage {stage!r} is not known: allowed is {_list(known)}")
        given = dict(stages)[stage]
        if not isinstance(given, dict):
            raise SettingsError(f"stage {stage}: cdk.json has no object stages.{stage}")
        rules = _rules()
        for key in given:
            if key not in rules:
                raise SettingsError(
                    f"cdk.json, stage {stage}: key {key!r} is not known: allowed is {_list(rules)}"
                )
        for key, rule in rules.items():
            _check(stage=str(stage), key=key, given=given, rule=rule)
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in given.items()
        }
        return cls(stage=str(stage), **values)


def stage_names(stages: object) -> tuple[str, ...]:
    """Return the names of the context's `stages`. Raises SettingsError."""
    if not isinstance(stages, Mapping) or not stages:
        raise SettingsError("cdk.json has no object context.stages with a stage in it")
    for name in stages:
        if not STAGE_NAME.fullmatch(name) or name in SHARED:
            allowed = f"a letter and up to 30 of a-z, 0-9 and -, other than {_list(SHARED)}"
            raise SettingsError(f"stage {name!r}: the name is not allowed: allowed is {allowed}")
    return tuple(stages)


def _check(*, stage: str, key: str, given: Mapping[str, object], rule: Rule) -> None:
    if key not in given:
        raise SettingsError(
            f"cdk.json, stage {stage}: key {key!r} is missing: allowed is {rule.allowed}"
        )
    if not rule.accepts(given[key]):
        raise SettingsError(
            f"cdk.json, stage {stage}: key {key!r} is {given[key]!r}: allowed is {rule.allowed}"
        )


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
