"""The environment of the programs that are started: the user's own, without their AWS account."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from tools.local_stage.node_packages import NODE, NODE_BIN
from tools.local_stage.paths import NODE_MODULES

# Whatever leads an AWS SDK to an account, an endpoint or a file of the user's.
THEIR_AWS = re.compile(r"AWS_(?!EC2_METADATA_DISABLED)\w+")


def surroundings() -> dict[str, str]:
    """Variables for the CDK app and CLI. The caches that make them fast stay shared."""
    theirs = {name: value for name, value in os.environ.items() if not THEIR_AWS.fullmatch(name)}
    programs = [str(Path(sys.executable).parent), str(NODE_BIN)]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return {
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache / "aws" / "jsii" / "package-cache"),
        **theirs,
        "PATH": os.pathsep.join([*programs, os.environ.get("PATH", os.defpath)]),
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_NODE": str(NODE),
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "true",
        "NODE_COMPILE_CACHE": str(NODE_MODULES / ".cache" / "node-compile-cache"),
    }
