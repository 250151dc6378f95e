"""A synthesized template, its elements, and their construct paths."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.proof.template.errors import CannotRunError

SECTIONS = ("Resources", "Outputs", "Parameters", "Conditions")
STAGE_TAG = "stage"


@dataclass(frozen=True)
class Element:
    """One resource, output, parameter or condition; or, last, the template as a whole."""

    section: str
    logical_id: str
    name: str
    type: str
    body: dict[str, Any]

    @property
    def path(self) -> tuple[str, str]:
        return (self.section, self.logical_id)

    @property
    def properties(self) -> dict[str, Any]:
        """A resource's Properties; empty where it has none."""
        found: dict[str, Any] = self.body.get("Properties", {})
        return found


@dataclass(frozen=True)
class Template:
    """A template as text (the source of every copy) and as data (never edited)."""

    file: Path
    text: str
    body: dict[str, Any]
    names: dict[str, str]

    @property
    def stack(self) -> str:
        """The stack's name as CDK writes it into the file name."""
        return self.file.name.removesuffix(".json").removesuffix(".template")

    def copy(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.text)
        return data

    def elements(self, section: str | None = None) -> Iterator[Element]:
        """Every element, in the template's order, named by its construct path."""
        for part in SECTIONS if section is None else (section,):
            for logical_id, body in self.body.get(part, {}).items():
                kind = body.get("Type", "") if part == "Resources" else part[:-1]
                name = self.names.get(logical_id, logical_id)
                yield Element(part, logical_id, name, kind, body)
        if section is None:
            yield Element("Template", "", "(template)", "Template", {})

    def resources(self, *types: str) -> list[Element]:
        """The resources of these types; of all types when none is named."""
        return [e for e in self.elements("Resources") if not types or e.type in types]


def load(file: Path) -> Template:
    """Read a template file and, beside it, the assembly's manifest.

    Raises CannotRunError when the file is not a CloudFormation template in JSON.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{file}: cannot be read ({error})") from None
    if not text.strip():
        raise CannotRunError(f"{file}: is empty")
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        raise CannotRunError(f"{file}: is not JSON ({error})") from None
    _check(file, body)
    return Template(file, text, body, _names(file, body))


def _check(file: Path, body: Any) -> None:
    resources = body.get("Resources") if isinstance(body, dict) else None
    if not isinstance(resources, dict) or not resources:
        raise CannotRunError(f"{file}: is not a CloudFormation template (no Resources)")
    for section in SECTIONS:
        elements = body.get(section, {})
        if not isinstance(elements, dict):
            raise CannotRunError(f"{file}: {section} is not an object")
        for logical_id, element in elements.items():
            if not isinstance(element, dict):
                raise CannotRunError(f"{file}: {section}/{logical_id} is not an object")
    for logical_id, resource in resources.items():
        if not isinstance(resource.get("Type"), str):
            raise CannotRunError(f"{file}: Resources/{logical_id} has no Type")


def _names(file: Path, body: dict[str, Any]) -> dict[str, str]:
    """Logical id -> construct path below the stack, unique; manifest first."""
    names = {**_paths_in_template(body), **_paths_in_manifest(file)}
    taken: dict[str, str] = {}
    for logical_id, name in names.items():
        taken[logical_id] = logical_id if name in taken.values() else name
    return taken


def _paths_in_template(body: dict[str, Any]) -> dict[str, str]:
    found = {}
    for logical_id, resource in body["Resources"].items():
        path = resource.get("Metadata", {}).get("aws:cdk:path")
        if isinstance(path, str):
            found[logical_id] = _below_stack(path)
    return found


def _paths_in_manifest(file: Path) -> dict[str, str]:
    manifest = file.parent / "manifest.json"
    if not manifest.exists():
        return {}
    try:
        artifacts = json.loads(manifest.read_text(encoding="utf-8")).get("artifacts", {})
        for artifact in artifacts.values():
            if artifact.get("properties", {}).get("templateFile") == file.name:
                return _logical_ids(_metadata(artifact, file.parent))
    except (json.JSONDecodeError, AttributeError, OSError) as error:
        raise CannotRunError(f"{manifest}: is not a CDK manifest ({error})") from None
    return {}


def _metadata(artifact: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The construct metadata: in the manifest, or in a file that it names."""
    metadata: dict[str, Any] = artifact.get("metadata", {})
    extra = artifact.get("additionalMetadataFile")
    if extra:
        metadata = {**metadata, **json.loads((folder / extra).read_text(encoding="utf-8"))}
    return metadata


def _logical_ids(metadata: dict[str, Any]) -> dict[str, str]:
    return {
        entry["data"]: _below_stack(path)
        for path, entries in metadata.items()
        for entry in entries
        if entry.get("type") == "aws:cdk:logicalId"
    }


def _below_stack(path: str) -> str:
    """`/Stack/Table/Resource` -> `Table/Resource`."""
    return re.sub(r"^/?[^/]+/", "", path)


def stage_of(template: Template) -> str:
    """The value of the template's own `stage` tag, or the stack's name."""
    for resource in template.resources():
        tags = resource.body.get("Properties", {}).get("Tags")
        for tag in tags if isinstance(tags, list) else []:
            if isinstance(tag, dict) and tag.get("Key") == STAGE_TAG:
                return str(tag.get("Value"))
    return template.stack
