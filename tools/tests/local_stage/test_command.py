"""A command with stages under it: its words, its environment, its end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tools.local_stage.command import CommandFailedError, filled, placeholders, run
from tools.local_stage.programs import LocalStageError
from tools.tests.local_stage.running import running_stage

LOCAL = running_stage("local", port=4001)
STAGING = running_stage("staging", port=4002)

WORDS = {
    "{url}": "https://127.0.0.1:4001/local",
    "--ca={ca_bundle}": "--ca=/nowhere/4001/ca.pem",
    "{stack_name}/{table_name}": "UserApi-local/table-of-local",
    "{stage}": "local",
    "{local.url}": "https://127.0.0.1:4001/local",
    "{staging.url}": "https://127.0.0.1:4002/staging",
    "{staging.endpoint}": "https://127.0.0.1:4002",
    '{"a": {}}': '{"a": {}}',
    "{prod.url} {unknown}": "{prod.url} {unknown}",
}


@pytest.mark.parametrize("word", WORDS)
def test_placeholder_is_first_stages_unless_named(word: str) -> None:
    assert filled(word, placeholders([LOCAL, STAGING])) == WORDS[word]


def test_environment_leads_to_first_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "https://mine")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("THEIRS", "kept")
    written = tmp_path / "environment"
    script = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"
    run([sys.executable, "-c", script, str(written)], [LOCAL, STAGING])
    found = json.loads(written.read_text())
    assert found["THEIRS"] == "kept"
    assert found["STAGE_URL"] == LOCAL.url
    assert found["STACK_NAME"] == "UserApi-local"
    assert found.items() >= LOCAL.environment.items()
    aws = {name for name in found if name.startswith("AWS_")}
    assert aws - {name for name in aws if "EC2" in name or "FILE" in name} == set(LOCAL.environment)


@pytest.mark.parametrize(("ends", "code"), [("exit 3", 3), ("kill -TERM $$", 143)])
def test_failure_keeps_its_code_and_names_log(ends: str, code: int) -> None:
    with pytest.raises(CommandFailedError, match=r"/nowhere/4001/emulator\.log") as failed:
        run(["sh", "-c", ends], [LOCAL])
    assert failed.value.code == code


def test_missing_command_is_one_line() -> None:
    with pytest.raises(LocalStageError, match=r"^no-such-command cannot be run: No such file"):
        run(["no-such-command"], [LOCAL])
