"""What the e2e suite does without a stage: refuse, sign, compare, note what to remove."""

from __future__ import annotations

import json
import shlex
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SIGV4_TIMESTAMP
from botocore.credentials import ReadOnlyCredentials

from contract.answers import GATEWAY_HEADERS
from contract.stages import STAGES
from tests_e2e import checks, leftovers, repeating, selection, target
from tests_e2e.client import Answer, Client, Exchanges, NoAnswerError, Request
from tests_e2e.leftovers import Journal
from tests_e2e.signing import Signer
from tools.tests.nested import run_pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SIGNER = Signer(ReadOnlyCredentials("AKIDEXAMPLE", SECRET, "session-token"), "eu-central-1")


def _suite(*arguments: str) -> tuple[int, str]:
    """Exit code and output of `pytest tests_e2e`."""
    return run_pytest(str(ROOT / "tests_e2e"), f"--rootdir={ROOT}", *arguments)


@contextmanager
def _free_port() -> Iterator[int]:
    """A port that is reserved and that nothing listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_suite_without_url_ends_with_usage_error() -> None:
    code, output = _suite()
    assert code == 4
    assert "tests_e2e needs the stage to test: pytest tests_e2e --stage-url URL" in output
    assert "Traceback" not in output


def test_unserved_url_fails_soon() -> None:
    started = time.monotonic()
    with _free_port() as port:
        code, output = _suite("--stage-url", f"https://127.0.0.1:{port}/local")
    assert code == 1
    assert f"https://127.0.0.1:{port}/local: nobody serves it (Connection refused)" in output
    assert "Traceback" not in output
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("url", "message"),
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
def test_malformed_url_is_refused(url: str, message: str) -> None:
    with pytest.raises(pytest.UsageError, match=message) as refused:
        target.of(url)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("via: 1.1 x", "'via: 1.1 x': not a header name"),
        ("", "'': not a header name"),
        ("x y", "'x y': not a header name"),
        ("Cache-Control", "Cache-Control: the contract fixes this header"),
    ],
)
def test_malformed_allowed_header_ends_with_usage_error(name: str, message: str) -> None:
    code, output = _suite("--stage-url", "https://127.0.0.1:1/local", "--allow-header", name)
    assert code == 4
    assert f"ERROR: --allow-header {message}" in output
    assert "Traceback" not in output


def test_allowed_header_is_no_difference() -> None:
    stage = target.of("https://127.0.0.1/local")
    headers = (*_FORBIDDEN, ("Via", "1.1 cdn"), ("Server", "Python/3.14"))
    answer = Answer(stage, Request("HEAD", "/", (), ""), 403, headers, b"", 0.1)
    with pytest.raises(AssertionError, match=r"headers .*via.* are not expected"):
        checks.gateway_error(answer, 403, "FORBIDDEN")
    allowing = replace(stage, allowed_headers=frozenset({"via", "server"}))
    checks.gateway_error(replace(answer, stage=allowing), 403, "FORBIDDEN")


_FORBIDDEN = (
    *GATEWAY_HEADERS.items(),
    ("X-Request-Id", "11111111-2222-3333-4444-555555555555"),
    ("Access-Control-Allow-Origin", STAGES["local"].origins[0]),
)


def test_custom_domain_needs_stage_name() -> None:
    stage = target.of("https://users.example.com/", "prod")
    assert (stage.base_path, stage.expected.iam, stage.local) == ("", True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"credentials": SIGNER.credentials._replace(secret_key="other")},
        {"region": "eu-west-1"},
        {"service": "s3"},
        {"clock_skew": timedelta(minutes=20)},
        {"signed_target": "/user/grace"},
    ],
)
def test_wrong_signer_signs_otherwise(wrong: dict[str, Any]) -> None:
    """Each wrong way changes the signature; the clock changes the date that is sent as well."""
    right = SIGNER.headers("GET", "api.example", "/user/ada")
    other = replace(SIGNER, **wrong).headers("GET", "api.example", "/user/ada")
    assert right.keys() == other.keys() == {"X-Amz-Date", "X-Amz-Security-Token", "Authorization"}
    assert _signature(right) != _signature(other)
    sent = [datetime.strptime(headers["X-Amz-Date"], SIGV4_TIMESTAMP) for headers in (right, other)]
    skew = wrong.get("clock_skew", timedelta(0))
    assert abs(sent[1] - sent[0] - skew) < timedelta(seconds=5)


def _signature(headers: dict[str, str]) -> str:
    return headers["Authorization"].rpartition("Signature=")[2]


def test_curl_line_repeats_request_without_secrets() -> None:
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
    checks.equal({"a": [Decimal(1), "1", True, None]}, {"a": [Decimal("1.0"), "1", True, None]})
    for actual, expected in ((True, Decimal(1)), ("1", Decimal(1)), (None, False), ([], {})):
        assert [*checks.differences({"a": actual}, {"a": expected})]
    assert [*checks.differences({"a": None}, {})]
    assert [*checks.differences({}, {"a": None})]
    assert [*checks.differences([Decimal(1)], [Decimal(1), Decimal(1)])]


def test_difference_names_place_actual_and_expected_value() -> None:
    with pytest.raises(AssertionError, match=r"\Adata\.a\[1\]: '2', expected Decimal\('2'\)\n"):
        checks.equal({"a": ["1", "2"]}, {"a": ["1", Decimal(2)]})


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a":"\xe4"}', b"{}{}"]
)
def test_body_other_than_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(AssertionError):
        checks.json_object(body)


def test_journal_names_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also to another process, and in the order in which it can be removed."""
    monkeypatch.setitem(leftovers.REMOVERS, "user", lambda *_: None)
    journal = Journal(tmp_path / "journal")
    assert journal.remaining() == []
    journal.placed("user", "table", "a")
    journal.placed("principal", "p")
    journal.placed("user", "table", "b")
    journal.remove("user", "table", "a")
    assert Journal(tmp_path / "journal").remaining() == [("user", "table", "b"), ("principal", "p")]


def test_unrun_checks_are_one_sentence() -> None:
    sentence = selection.sentence(["--burst", "--stack-name", "--burst"])
    assert sentence == "2 need --burst; 1 needs --stack-name"


def test_failure_names_how_to_serve_stage_and_place_user() -> None:
    with _free_port() as port:
        stage = target.of(f"https://127.0.0.1:{port}/_aws/execute-api/users/local")
        exchanges = Exchanges()
        with pytest.raises(NoAnswerError):
            Client(stage, exchanges).get("/user/e2e-1")
    item: dict[str, Any] = {"userId": {"S": "e2e-1"}, "photo": {"B": b"\x00"}}
    placed = {"e2e-1": item, "e2e-2": {"userId": {"S": "e2e-2"}}}
    shown = repeating.lines(stage, exchanges, "Users", placed)
    assert f"python -m tools.local_stage --stage local --port {port}" in shown
    (line,) = (line for line in shown.splitlines() if line.startswith("aws "))
    words = shlex.split(line)
    assert words[:5] == ["aws", "dynamodb", "put-item", "--table-name", "Users"]
    assert json.loads(words[-1]) == {"userId": {"S": "e2e-1"}, "photo": {"B": "AA=="}}
