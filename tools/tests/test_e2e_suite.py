"""What the e2e suite does without a stage: refuse, sign, compare, remember what to remove."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests_e2e import checks, selection, target
from tests_e2e.client import Client, Exchanges, NoAnswerError
from tests_e2e.leftovers import Journal
from tests_e2e.signing import Signer

ROOT = Path(__file__).resolve().parents[2]
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SIGNER = Signer("AKIDEXAMPLE", SECRET, "session-token", "eu-central-1")


def _suite(*arguments: str) -> tuple[int, str, float]:
    """Exit code, output and seconds of `pytest tests_e2e`."""
    command = [sys.executable, "-m", "pytest", "tests_e2e", "-p", "no:cacheprovider", *arguments]
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    return done.returncode, done.stdout + done.stderr, time.monotonic() - started


@contextmanager
def _free_port() -> Iterator[int]:
    """A port that is ours and that nobody listens at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_without_a_url_nothing_runs() -> None:
    code, output, _ = _suite()
    assert code == 4
    assert "tests_e2e needs the stage to test: pytest tests_e2e --stage-url URL" in output
    assert "Traceback" not in output


def test_a_url_that_nobody_serves_fails_soon() -> None:
    with _free_port() as port:
        code, output, seconds = _suite("--stage-url", f"https://127.0.0.1:{port}/local")
    assert code == 1
    assert f"https://127.0.0.1:{port}/local: nobody serves it (Connection refused)" in output
    assert "Traceback" not in output
    assert seconds < 10


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1/local", "begins with https://"),
        ("local", "begins with https://"),
        ("https:///local", "begins with https:// and a host"),
        ("https://127.0.0.1:port/local", "port"),
        ("https://127.0.0.1/local?x=1", "only https://HOST/PATH"),
        ("https://127.0.0.1/nope", "'nope', which is none of local, dev, staging, prod"),
        ("https://users.example.com", "name the stage with --stage-name"),
    ],
)
def test_a_url_that_is_none_is_told(url: str, told: str) -> None:
    with pytest.raises(pytest.UsageError, match=told) as refused:
        target.of(url)
    assert "\n" not in str(refused.value)


def test_a_custom_domain_needs_the_stage_name() -> None:
    stage = target.of("https://users.example.com/", "prod")
    assert (stage.base_path, stage.expected.iam, stage.local) == ("", True, False)


@pytest.mark.parametrize(
    "path", ["/user/ada", "/user?userId=ada", "/user/a%20b", "/user?b=2&a=%2F&a=1&c", "/user/a~b"]
)
def test_signs_like_botocore(path: str) -> None:
    """Two implementations of the same signature, at the same second."""
    request = AWSRequest(method="GET", url=f"https://api.example{path}")
    credentials = Credentials("AKIDEXAMPLE", SECRET, "session-token")
    for _ in range(3):  # the second may just have changed
        SigV4Auth(credentials, "execute-api", "eu-central-1").add_auth(request)
        headers = SIGNER.headers("GET", "api.example", path)
        if headers["x-amz-date"] == request.headers["X-Amz-Date"]:
            break
    assert headers["authorization"] == request.headers["Authorization"]


def test_curl_line_repeats_the_request_without_secrets() -> None:
    with _free_port() as port:
        stage = target.of(f"https://127.0.0.1:{port}/_aws/execute-api/users/local")
        exchanges = Exchanges()
        client = Client(stage, exchanges, SIGNER)
        with pytest.raises(NoAnswerError, match="Connection refused"):
            client.get("/user/it's", if_none_match='"x"')
    shown = exchanges.shown()
    words = shlex.split(shown.splitlines()[0])
    assert words[0] == "curl"
    assert words[-1] == f"{stage.url}/user/it's"
    assert 'if-none-match: "x"' in words
    assert "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" in words
    for secret in (SECRET, "session-token", "AKIDEXAMPLE", "Signature"):
        assert secret not in shown
        assert secret not in repr(client.signer) or secret == "AKIDEXAMPLE"


def test_json_values_are_compared_with_their_types() -> None:
    assert checks.same(
        {"a": [Decimal(1), "1", True, None]}, {"a": [Decimal("1.0"), "1", True, None]}
    )
    for left, right in ((True, Decimal(1)), ("1", Decimal(1)), (None, False), ([], {})):
        assert not checks.same({"a": left}, {"a": right})
    assert not checks.same({"a": None}, {})
    assert not checks.same([Decimal(1)], [Decimal(1), Decimal(1)])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a":"\xe4"}', b"{}{}"]
)
def test_what_is_no_json_object_is_noticed(body: bytes) -> None:
    with pytest.raises(AssertionError):
        checks.json_object(body)


def test_journal_knows_what_is_left(tmp_path: Path) -> None:
    """Also for another process, and in the order in which it can be removed."""
    journal = Journal(tmp_path / "journal")
    assert journal.remaining() == []
    journal.placed("user", "table", "a")
    journal.placed("principal", "p")
    journal.placed("user", "table", "b")
    journal.removed("user", "table", "a")
    assert Journal(tmp_path / "journal").remaining() == [("user", "table", "b"), ("principal", "p")]


def test_what_was_not_run_is_one_sentence() -> None:
    told = selection.sentence(["--burst", "--stack-name", "--burst"])
    assert told == "2 need --burst; 1 needs --stack-name"
