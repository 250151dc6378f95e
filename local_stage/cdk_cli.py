"""The real CDK CLI: bootstrap, synthesize, deploy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stage import node_packages, processes
from local_stage.emulator import REGION, Emulator
from local_stage.problems import LocalStageError, last_words, with_log

ROOT = node_packages.ROOT
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
WITHIN = 300.0


@dataclass(frozen=True)
class Command:
    """A CDK command under way."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self, emulator: Emulator) -> None:
        """Wait for its end. Raises LocalStageError when it fails, or the emulator does."""
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            try:
                code = self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                emulator.check_alive()
                continue
            if code:
                emulator.check_alive()
                raise with_log(f"{self.name} failed: {last_words(self.log)}", self.log)
            return
        raise with_log(f"{self.name} took longer than {WITHIN:.0f} s", self.log)


@dataclass(frozen=True)
class StackArtifact:
    """The one stack of a cloud assembly."""

    name: str
    template: dict[str, Any]

    @property
    def signed(self) -> bool:
        """Whether any method wants signed requests."""
        return any(one.get("AuthorizationType") == "AWS_IAM" for one in self._properties())

    @property
    def allowed_origin(self) -> str:
        """The first origin whose browsers the function answers."""
        for properties in self._properties():
            variables = properties.get("Environment", {}).get("Variables", {})
            if "ALLOWED_ORIGINS" in variables:
                return str(variables["ALLOWED_ORIGINS"]).partition(",")[0]
        return "http://localhost"

    def _properties(self) -> list[dict[str, Any]]:
        return [one.get("Properties", {}) for one in self.template["Resources"].values()]


class Cdk:
    """The CLI against one emulator; `close` ends every command still under way."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self._emulator = emulator
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def bootstrap(self) -> Command:
        # from a folder without cdk.json, or the CLI also runs the app
        target = f"aws://{self._emulator.account}/{REGION}"
        return self._start("bootstrap", ["bootstrap", target], cwd=self._folder)

    def synthesize(self, stage: str, assembly: Path) -> Command:
        words = ["synth", "-c", f"stage={stage}", "--output", str(assembly), "--quiet"]
        return self._start("synth", words, cwd=ROOT)

    def deploy(self, stack: str, assembly: Path, outputs: Path) -> Command:
        words = ["deploy", stack, "--app", str(assembly), "--require-approval", "never"]
        return self._start("deploy", [*words, "--outputs-file", str(outputs)], cwd=self._folder)

    def close(self) -> None:
        for process in self._started:
            processes.end(process)

    def _start(self, name: str, words: list[str], cwd: Path) -> Command:
        log = self._folder / f"{name}.log"
        home = self._folder / f"{name}-home"
        home.mkdir()
        command = [str(node_packages.NODE), str(CDK), *words, "--no-color", "--no-notices"]
        env = _environment(self._emulator, home)
        process = processes.start(command, log=log, env=env, cwd=cwd)
        self._started.append(process)
        return Command(f"cdk {name}", process, log)


def stack_in(assembly: Path) -> StackArtifact:
    """Read the stack of a cloud assembly. Raises LocalStageError unless it holds just one."""
    try:
        artifacts = json.loads((assembly / "manifest.json").read_bytes())["artifacts"]
        found = [one for one in artifacts.items() if one[1]["type"] == "aws:cloudformation:stack"]
        [(name, artifact)] = found
        file = assembly / artifact["properties"]["templateFile"]
        return StackArtifact(
            artifact["properties"].get("stackName", name), json.loads(file.read_bytes())
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LocalStageError(f"{assembly} is no cloud assembly of one stack: {error}") from None


def _environment(emulator: Emulator, home: Path) -> Mapping[str, str]:
    """The user's own environment, but no AWS account, profile or account cache of theirs."""
    theirs = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    # cdk.json says `python`, which is the one that runs this
    programs = [str(Path(sys.executable).parent), str(node_packages.NODE_BIN)]
    return {
        **theirs,
        **emulator.client_environment,
        "PATH": os.pathsep.join([*programs, os.environ.get("PATH", os.defpath)]),
        "JSII_NODE": str(node_packages.NODE),
        "HOME": str(home),
        "TMPDIR": str(home),
        "NODE_COMPILE_CACHE": str(ROOT / "node_modules" / ".cache" / "node-compile-cache"),
        "NODE_EXTRA_CA_CERTS": str(emulator.certificates.ca),
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": os.environ.get(
            "JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(cache / "aws" / "jsii" / "package-cache")
        ),
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "true",
    }
