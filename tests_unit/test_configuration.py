"""The environment variables: read once, checked, and named when they are wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lambda_function import settings
from tests_unit.conftest import ENVIRONMENT, load_handler

pytestmark = pytest.mark.promise("bad-configuration-stops-start")


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in ENVIRONMENT.items() if key != name}


def test_every_variable_is_read() -> None:
    assert settings.load(ENVIRONMENT) == settings.Settings(
        table_name="users-under-test",
        region="eu-west-1",
        log_level="INFO",
        allowed_origins=frozenset({"https://app.example.com", "https://www.example.com"}),
        cache_max_age=0,
    )


GOOD = [
    ("TABLE_NAME", "abc", "table_name", "abc"),
    ("TABLE_NAME", "A_z.0-9" + "x" * 248, "table_name", "A_z.0-9" + "x" * 248),
    ("AWS_REGION", "us-gov-west-1", "region", "us-gov-west-1"),
    ("LOG_LEVEL", "DEBUG", "log_level", "DEBUG"),
    ("LOG_LEVEL", "WARN", "log_level", "WARN"),
    ("LOG_LEVEL", "ERROR", "log_level", "ERROR"),
    ("ALLOWED_ORIGINS", "*", "allowed_origins", {"*"}),
    ("ALLOWED_ORIGINS", "", "allowed_origins", set()),
    ("ALLOWED_ORIGINS", " ", "allowed_origins", set()),
    ("ALLOWED_ORIGINS", "http://localhost:3000", "allowed_origins", {"http://localhost:3000"}),
    ("ALLOWED_ORIGINS", "https://a.b , https://c", "allowed_origins", {"https://a.b", "https://c"}),
    ("CACHE_MAX_AGE", "60", "cache_max_age", 60),
    ("CACHE_MAX_AGE", "31536000", "cache_max_age", 31_536_000),
]


@pytest.mark.parametrize(("name", "value", "field", "expected"), GOOD)
def test_good_value_is_taken(name: str, value: str, field: str, expected: object) -> None:
    assert getattr(settings.load({**ENVIRONMENT, name: value}), field) == expected


ALLOWED = {
    "TABLE_NAME": "a DynamoDB table name (3 to 255 of A-Z a-z 0-9 _ . -)",
    "AWS_REGION": "an AWS region",
    "LOG_LEVEL": "one of DEBUG, INFO, WARN, ERROR",
    "ALLOWED_ORIGINS": "'*', nothing, or origins like https://app.example.com with commas between",
    "CACHE_MAX_AGE": "a whole number of seconds from 0 to 31536000",
}
BAD = [
    ("TABLE_NAME", ""),
    ("TABLE_NAME", "ab"),
    ("TABLE_NAME", "x" * 256),
    ("TABLE_NAME", "users\n"),
    ("TABLE_NAME", "my users"),
    ("AWS_REGION", "eu west"),
    ("AWS_REGION", "eu-west-1\n"),
    ("LOG_LEVEL", ""),
    ("LOG_LEVEL", "info"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_LEVEL", "WARNING"),
    ("ALLOWED_ORIGINS", "example.com"),
    ("ALLOWED_ORIGINS", "https://example.com/"),
    ("ALLOWED_ORIGINS", "https://Example.com"),
    ("ALLOWED_ORIGINS", "https://example.com,"),
    ("ALLOWED_ORIGINS", "*,https://example.com"),
    ("ALLOWED_ORIGINS", "*,*"),
    ("ALLOWED_ORIGINS", "https://*.example.com"),
    ("ALLOWED_ORIGINS", "ftp://example.com"),
    ("ALLOWED_ORIGINS", "https://example.com:"),
    ("ALLOWED_ORIGINS", "null"),
    ("CACHE_MAX_AGE", ""),
    ("CACHE_MAX_AGE", "-1"),
    ("CACHE_MAX_AGE", "1.5"),
    ("CACHE_MAX_AGE", "31536001"),
    ("CACHE_MAX_AGE", "999999999"),
    ("CACHE_MAX_AGE", "60s"),
    ("CACHE_MAX_AGE", "\u0661"),
    ("CACHE_MAX_AGE", "9" * 5000),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_bad_value_is_named_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(settings.SettingsError) as caught:
        settings.load({**ENVIRONMENT, name: value})
    message = str(caught.value)
    assert message == f"environment variable {name} is {value!r}: {ALLOWED[name]} is needed"
    assert "\n" not in message


@pytest.mark.parametrize("name", ["TABLE_NAME", "LOG_LEVEL", "ALLOWED_ORIGINS", "CACHE_MAX_AGE"])
def test_missing_variable_is_named(name: str) -> None:
    with pytest.raises(settings.SettingsError) as caught:
        settings.load(without(name))
    message = str(caught.value)
    assert message == f"environment variable {name} is missing: {ALLOWED[name]} is needed"


def test_region_may_come_from_either_variable() -> None:
    elsewhere = {**without("AWS_REGION"), "AWS_DEFAULT_REGION": "us-east-1"}
    assert settings.load(elsewhere).region == "us-east-1"
    assert settings.load({**elsewhere, "AWS_REGION": ""}).region == "us-east-1"
    assert settings.load({**elsewhere, "AWS_REGION": "eu-west-1"}).region == "eu-west-1"
    with pytest.raises(settings.SettingsError, match="AWS_REGION is missing"):
        settings.load(without("AWS_REGION"))


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "LOUD"), ("CACHE_MAX_AGE", "soon")])
def test_handler_does_not_start(name: str, value: str) -> None:
    with pytest.raises(settings.SettingsError, match=name):
        load_handler(**{name: value})


@pytest.mark.sees_no_mutant
def test_import_in_fresh_process_ends_with_that_line() -> None:
    done = subprocess.run(
        [sys.executable, "-OO", "-c", "import lambda_function.handler"],
        cwd=Path(__file__).parents[1],
        env={**without("TABLE_NAME"), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    missing = f"environment variable TABLE_NAME is missing: {ALLOWED['TABLE_NAME']} is needed"
    assert last.endswith(missing)
