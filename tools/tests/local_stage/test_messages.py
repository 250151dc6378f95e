"""The lines to paste: complete, quoted, and signed where they must be."""

from __future__ import annotations

import shlex

import pytest

from tools.local_stage.messages import welcome
from tools.tests.local_stage.running import running_stage


def pasted(*, signed: bool) -> list[list[str]]:
    """The words of every line that a shell would run."""
    _, *lines = welcome(running_stage(signed=signed)).splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_the_url_comes_first() -> None:
    first = welcome(running_stage()).splitlines()[0]
    assert first == "Stage URL: https://127.0.0.1:4566/local"


@pytest.mark.parametrize("signed", [False, True])
def test_there_is_a_line_for_every_kind_of_answer(signed: bool) -> None:
    *requests, suite = pasted(signed=signed)
    assert [words[-1].removeprefix("https://127.0.0.1:4566/local") for words in requests] == [
        "/user/ada",
        "/user/nobody",
        "/user/not%20an%20id",
        "/user",
        "/user/ada",
    ]
    assert all(words[:2] == ["curl", "-i"] for words in requests)
    assert all("/nowhere/4566/ca.pem" in words for words in requests)
    assert requests[-1][4:8] == ["-X", "OPTIONS", "-H", "Origin: https://app.example.com"]
    assert suite[suite.index("--stage-url") + 1] == "https://127.0.0.1:4566/local"


@pytest.mark.parametrize("signed", [False, True])
def test_requests_are_signed_where_the_stage_wants_it_but_never_the_preflight(
    signed: bool,
) -> None:
    *requests, preflight, suite = pasted(signed=signed)
    assert ["--aws-sigv4" in words for words in requests] == [signed] * 4
    assert "--aws-sigv4" not in preflight
    assert (suite[-2:] == ["--auth", "iam"]) == signed
