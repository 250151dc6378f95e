"""Template files and the cloud assemblies that they are in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTIONS = ("Resources", "Outputs", "Parameters", "Conditions")
STACK = "aws:cloudformation:stack"


class TemplateError(ValueError):
    """A file is not a template, or a folder not an assembly; the message is one line."""


@dataclass(frozen=True)
class Artifact:
    """What a cloud assembly's manifest says of one stack: its name, and its construct paths."""

    stack: str
    paths: Mapping[str, str] = field(default_factory=dict)  # logical id -> path below the stack


def read(file: Path) -> dict[str, Any]:
    """Return the template in a file, or in the answer of `get-template` that a file holds.

    Raises TemplateError when the file does not hold a CloudFormation template in JSON.
    """
    body = _json(file)
    if isinstance(body, dict) and "TemplateBody" in body:
        body = body["TemplateBody"]
        body = _parsed(body, f"{file}: TemplateBody") if isinstance(body, str) else body
    _check(file, body)
    template: dict[str, Any] = body
    return template


def template_file(assembly: Path) -> Path:
    """Return the template of an assembly's one stack. Raises TemplateError unless it has one."""
    artifacts = _artifacts(assembly / "manifest.json")
    files = [_file(artifact) for artifact in artifacts.values() if artifact.get("type") == STACK]
    if len(files) != 1 or files[0] is None:
        raise TemplateError(f"{assembly}: is not a cloud assembly of one stack")
    return assembly / files[0]


def artifact_of(file: Path) -> Artifact:
    """Return what the manifest beside a template says of its stack.

    Without a manifest the stack has the file's name, as the CDK chooses it, and no paths.
    """
    manifest = file.parent / "manifest.json"
    if manifest.exists():
        for name, artifact in _artifacts(manifest).items():
            if _file(artifact) == file.name:
                stack = artifact["properties"].get("stackName", name)
                return Artifact(stack, _paths(artifact, manifest))
    return Artifact(file.name.removesuffix(".json").removesuffix(".template"))


def below_stack(path: str) -> str:
    """`/Stack/Table/Resource` -> `Table/Resource`."""
    return re.sub(r"^/?[^/]+/", "", path)


def _json(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise TemplateError(f"{file}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise TemplateError(f"{file}: cannot be read ({error})") from None
    if not text.strip():
        raise TemplateError(f"{file}: is empty")
    return _parsed(text, str(file))


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise TemplateError(f"{where}: is not JSON ({error})") from None


def _check(file: Path, body: Any) -> None:
    resources = body.get("Resources") if isinstance(body, dict) else None
    if not isinstance(resources, dict) or not resources:
        raise TemplateError(f"{file}: is not a CloudFormation template (no Resources)")
    for section in SECTIONS:
        elements = body.get(section, {})
        if not isinstance(elements, dict):
            raise TemplateError(f"{file}: {section} is not an object")
        for logical_id, element in elements.items():
            if not isinstance(element, dict):
                raise TemplateError(f"{file}: {section}/{logical_id} is not an object")
    for logical_id, resource in resources.items():
        if not isinstance(resource.get("Type"), str):
            raise TemplateError(f"{file}: Resources/{logical_id} has no Type")


def _artifacts(manifest: Path) -> dict[str, dict[str, Any]]:
    content = _json(manifest)
    artifacts = content.get("artifacts") if isinstance(content, dict) else None
    if not isinstance(artifacts, dict) or not all(isinstance(a, dict) for a in artifacts.values()):
        raise TemplateError(f"{manifest}: is not the manifest of a cloud assembly")
    return artifacts


def _file(artifact: Mapping[str, Any]) -> str | None:
    match artifact:
        case {"properties": {"templateFile": str(name)}}:
            return name
    return None


def _paths(artifact: Mapping[str, Any], manifest: Path) -> dict[str, str]:
    """Logical id -> path; the metadata is in the manifest, or in a file that it names."""
    extra = artifact.get("additionalMetadataFile")
    try:
        metadata = {
            **artifact.get("metadata", {}),
            **(_json(manifest.parent / extra) if extra else {}),
        }
        return {
            entry["data"]: below_stack(path)
            for path, entries in metadata.items()
            for entry in entries
            if entry.get("type") == "aws:cdk:logicalId"
        }
    except (TypeError, AttributeError, KeyError) as error:
        raise TemplateError(f"{manifest}: is not the manifest of a cloud assembly") from error
