"""npm is asked when the lock file has changed, and its failures become one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.local_stage import LocalStageError, node_packages

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
    monkeypatch.setattr(node_packages, "NODE", script)


def test_npm_is_asked_once_for_one_lock_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(root, monkeypatch)
    said: list[str] = []
    node_packages.ensure(said.append, root)
    node_packages.ensure(said.append, root)
    assert said == ["installing aws-cdk 2.0.0, other 3.0.0 from npm"]
    assert len((root / "calls").read_text().splitlines()) == 1


def test_npm_is_asked_again_for_another(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(root, monkeypatch)
    node_packages.ensure(lambda _: None, root)
    changed = json.dumps({**LOCK, "changed": True})
    (root / "package-lock.json").write_text(changed, encoding="utf-8")
    node_packages.ensure(lambda _: None, root)
    assert len((root / "calls").read_text().splitlines()) == 2


def test_a_failure_names_the_package_and_the_log(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = "npm error code ENOTFOUND\nnpm error request to https://registry/other failed\n"
    npm(root, monkeypatch, output, 1)
    with pytest.raises(LocalStageError) as failed:
        node_packages.ensure(lambda _: None, root)
    log = root / "build" / "local_stage" / "npm.log"
    assert str(failed.value) == f"npm could not get other 3.0.0: ENOTFOUND (log: {log})"
    assert log.read_text().startswith(output)


def test_after_a_failure_npm_is_asked_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(root, monkeypatch, "npm error code E1", 1)
    for _ in range(2):
        with pytest.raises(LocalStageError, match=r"get aws-cdk 2\.0\.0 or other 3\.0\.0: E1"):
            node_packages.ensure(lambda _: None, root)
    assert len((root / "calls").read_text().splitlines()) == 2
