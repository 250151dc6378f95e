"""The lines to paste: complete, quoted, and signed where they must be."""

from __future__ import annotations

import io
import shlex

import pytest

from tools.local_stage.display import progress, welcome
from tools.tests.local_stage.running import running_stage


def pasted(*, signed: bool) -> list[list[str]]:
    """The words of every line that a shell would run."""
    _, *lines = welcome(running_stage(signed=signed)).splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_url_comes_first() -> None:
    first = welcome(running_stage()).splitlines()[0]
    assert first == "Stage URL: https://127.0.0.1:4566/local"


@pytest.mark.parametrize("signed", [False, True])
def test_every_kind_of_answer_has_line(signed: bool) -> None:
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
def test_requests_are_signed_where_stage_demands_it_but_never_preflight(
    signed: bool,
) -> None:
    *requests, preflight, suite = pasted(signed=signed)
    assert ["--aws-sigv4" in words for words in requests] == [signed] * 4
    assert "--aws-sigv4" not in preflight
    assert (suite[-2:] == ["--auth", "iam"]) == signed


def test_progress_is_plain_lines_without_terminal() -> None:
    stream = io.StringIO()
    with progress(stream) as report:
        report("starting the emulator")
        report("cdk deploy [stack]")
    assert stream.getvalue() == "starting the emulator ...\ncdk deploy [stack] ...\n"
