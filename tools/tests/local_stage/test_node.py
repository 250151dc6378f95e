"""npm runs when the lock file has changed, and its failures become one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.local_stage import node
from tools.local_stage.programs import LocalStageError

NPM = """#!/bin/sh
echo "$@" >> calls
mkdir -p node_modules
cat <<'END'
{output}
END
exit {code}
"""
LOCK = {
    "packages": {
        "": {"name": "root"},
        "node_modules/aws-cdk": {"version": "2.0.0"},
        "node_modules/other": {"version": "3.0.0"},
    }
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with a lock file."""
    (tmp_path / "package-lock.json").write_text(json.dumps(LOCK), encoding="utf-8")
    return tmp_path


def npm(root: Path, monkeypatch: pytest.MonkeyPatch, output: str = "", code: int = 0) -> None:
    """Let a script of ours be npm."""
    script = root / "npm"
    script.write_text(NPM.format(output=output, code=code), encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(node, "NODE", script)


def test_npm_runs_once_for_one_lock_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(root, monkeypatch)
    reported: list[str] = []
    node.install_packages(reported.append, root)
    node.install_packages(reported.append, root)
    assert reported == ["installing the packages of package-lock.json from npm"]
    assert len((root / "calls").read_text().splitlines()) == 1


def test_npm_runs_again_for_another_lock_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(root, monkeypatch)
    node.install_packages(lambda _: None, root)
    changed = json.dumps({**LOCK, "changed": True})
    (root / "package-lock.json").write_text(changed, encoding="utf-8")
    node.install_packages(lambda _: None, root)
    assert len((root / "calls").read_text().splitlines()) == 2


def test_failure_names_package_and_log(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = "npm error code ENOTFOUND\nnpm error request to https://registry/other failed\n"
    npm(root, monkeypatch, output, 1)
    with pytest.raises(LocalStageError) as failed:
        node.install_packages(lambda _: None, root)
    log = root / "build" / "local_stage" / "npm.log"
    assert str(failed.value) == f"npm could not get other 3.0.0: ENOTFOUND (log: {log})"
    assert log.read_text().startswith(output)


def test_npm_runs_again_after_failure(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(root, monkeypatch, "npm error code E1", 1)
    for _ in range(2):
        with pytest.raises(LocalStageError, match="get the locked packages: E1"):
            node.install_packages(lambda _: None, root)
    assert len((root / "calls").read_text().splitlines()) == 2
