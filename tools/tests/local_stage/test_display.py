"""What a reader sees: sections, short paths, and lines to paste that a shell takes as they are."""

from __future__ import annotations

import io
import shlex
import subprocess
from pathlib import Path

import pytest

from tools.local_stage.display import progress, short, welcome
from tools.tests.local_stage.running import running_stage

URL = "https://127.0.0.1:4566/local"
PAGE = "http://127.0.0.1:3000"


def sections(*, signed: bool = False) -> dict[str, list[str]]:
    """Return the lines of each section by its title."""
    found: dict[str, list[str]] = {}
    for line in welcome(running_stage(signed=signed), PAGE).splitlines():
        if line and not line.startswith(" "):
            found[line] = []
        elif line:
            found[[*found][-1]].append(line.strip())
    return found


def pasted(*, signed: bool) -> list[list[str]]:
    """Return the words of each curl that a shell runs when the whole block is pasted."""
    block = "\n".join(sections(signed=signed)["Ask it, in this folder"])
    shell = f"""curl() {{ printf '%s\\0' "$@" '|'; }}\n{block}"""
    done = subprocess.run(["sh", "-ec", shell], capture_output=True, text=True, check=True)
    calls = done.stdout.split("|\0")
    return [call.rstrip("\0").split("\0") for call in calls if call]


def test_stage_url_comes_first_then_page() -> None:
    title, lines = next(iter(sections().items()))
    assert title == f"Stage URL: {URL}"
    assert lines[0].split() == ["page", PAGE]


def test_missing_page_says_why() -> None:
    assert "  page       none: port 3000 is taken\n" in welcome(
        running_stage(), None, "port 3000 is taken"
    )


@pytest.mark.parametrize("signed", [False, True])
def test_pasted_block_asks_for_each_kind_of_answer(signed: bool) -> None:
    requests = pasted(signed=signed)
    assert [words[-1].removeprefix(URL) for words in requests] == [
        "/user/ada",
        "/user/nobody",
        "/user/not.an.id",
        "/user",
        "/users",
        "/user/ada",
    ]
    assert all(words[:3] == ["-i", "--cacert", "/nowhere/4566/ca.pem"] for words in requests)
    assert requests[-1][3:7] == ["-X", "OPTIONS", "-H", "Origin: https://app.example.com"]


@pytest.mark.parametrize("signed", [False, True])
def test_requests_are_signed_by_caller_where_stage_demands_it_but_never_preflight(
    signed: bool,
) -> None:
    *requests, preflight = pasted(signed=signed)
    signature = ["--aws-sigv4", "aws:amz:us-east-1:execute-api"]
    signature += ["--user", "AKIA0000000000000000:secret"]
    assert [words[3:7] == signature for words in requests] == [signed] * 5
    assert "--aws-sigv4" not in preflight


@pytest.mark.parametrize("signed", [False, True])
def test_suite_runs_on_stage_as_root(signed: bool) -> None:
    export, suite = sections(signed=signed)["For the AWS CLI, the SDKs and the e2e suite"]
    assert "AWS_ENDPOINT_URL=https://127.0.0.1:4566" in shlex.split(export)
    words = shlex.split(suite)
    assert words[words.index("--stage-url") + 1] == URL
    assert (words[-2:] == ["--auth", "iam"]) == signed


def test_path_is_as_typed_in_this_folder() -> None:
    assert short(Path.cwd() / "build" / "ca.pem") == "build/ca.pem"
    assert short(Path("/nowhere/ca.pem")) == "/nowhere/ca.pem"


def test_progress_is_plain_lines_without_terminal() -> None:
    stream = io.StringIO()
    with progress(stream) as report:
        report("starting the emulator")
        report("cdk deploy [stack]")
    assert stream.getvalue() == "starting the emulator ...\ncdk deploy [stack] ...\n"
