"""The CloudFormation resource schemas that cfn-lint ships, read as data.

Importing cfn-lint would take a second.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

from .loading import TemplateError

REGION = "us-east-1"
Schema = dict[str, Any]


@functools.cache
def schema(kind: str) -> Schema:
    """Return the schema of a resource type; empty for custom resources and unknown types.

    Raises TemplateError without cfn-lint.
    """
    folder = _folder()
    name = _read(folder / "providers" / f"{REGION}.json").get(kind)
    return _read(folder / "resources" / f"{name}.json") if name else {}


def identifiers(kind: str) -> list[str]:
    """Return the properties that together identify a resource of this type."""
    return [str(name).split("/")[-1] for name in schema(kind).get("primaryIdentifier", [])]


def create_only(kind: str) -> list[str]:
    """Return the pointers below Properties, such as `/KeySchema`, whose change replaces it."""
    root = schema(kind)
    rows = [*root.get("createOnlyProperties", []), *root.get("conditionalCreateOnlyProperties", [])]
    return [str(row).removeprefix("/properties") for row in rows]


@functools.cache
def edition() -> str:
    """Hash the schemas: `cfn-lint --update-specs` changes them, but not its version."""
    hashes = (_folder() / "providers" / f"{REGION}.json").read_bytes()  # of the schema of each type
    return hashlib.sha256(hashes).hexdigest()


@functools.cache
def _folder() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or spec.origin is None:
        raise TemplateError("cfn-lint is not installed: it brings the resource schemas")
    return Path(spec.origin).parent / "data" / "schemas"


@functools.cache
def _read(file: Path) -> Schema:
    content: Schema = json.loads(file.read_text(encoding="utf-8"))
    return content
