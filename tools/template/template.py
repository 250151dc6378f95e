"""A CloudFormation template and its elements, found by what they are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from . import loading
from .text import listed, named, plain

STAGE_TAG = "stage"


@dataclass(frozen=True)
class Element:
    """One resource, output, parameter or condition; or, last, the template as a whole.

    `name` is the construct path below the stack where there is one, else the logical id.
    """

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
        """A resource's Properties as they are written; empty where it has none."""
        found: dict[str, Any] = self.body.get("Properties", {})
        return found

    @cached_property
    def _plain(self) -> Any:
        return plain(self.properties)

    def at(self, *path: str | int) -> Any:
        """Return the property at a path, as plain text (see `plain`); None where there is none."""
        value: Any = self._plain
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    @property
    def ref(self) -> str:
        """What `Ref` to it reads as."""
        return f"${{{self.logical_id}}}"

    def attribute(self, name: str) -> str:
        """Return what `Fn::GetAtt` of it reads as."""
        return f"${{{self.logical_id}.{name}}}"

    @property
    def arn(self) -> str:
        return self.attribute("Arn")

    @property
    def depends_on(self) -> set[str]:
        return set(listed(self.body.get("DependsOn")))

    @property
    def tags(self) -> dict[str, Any]:
        """Its tags, wherever the type has them. Raises AssertionError unless they are pairs."""
        return named(self.at("Tags") or self.at("Replicas", 0, "Tags"), "Key", "Value")


@dataclass(frozen=True, repr=False)
class Template:
    """A template as data that is never edited; `copy` returns a copy that may be."""

    body: dict[str, Any]
    file: Path = Path()
    stack_name: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)  # the manifest's: logical id -> path
    known: Mapping[tuple[str, str], Element] = field(default_factory=dict)  # of a similar template

    def __repr__(self) -> str:
        """In one line, because a failing test shows it."""
        count = len(self.body.get("Resources", {}))
        return f"<Template {self.stack_name or self.file.name}: {count} resources>"

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Template:
        """Make a template of data that nobody has checked."""
        return cls(body)

    @classmethod
    def load(cls, file: Path) -> Template:
        """Read a template's file and, beside it, the assembly's manifest. Raises TemplateError."""
        body, artifact = loading.read(file), loading.artifact_of(file)
        return cls(body, file, artifact.stack, artifact.paths)

    @classmethod
    def in_assembly(cls, folder: Path) -> Template:
        """Read the template of a cloud assembly's one stack. Raises TemplateError."""
        return cls.load(loading.template_file(folder))

    def copy(self) -> dict[str, Any]:
        """Return an independent copy of the data, to be edited."""
        data: dict[str, Any] = json.loads(self._text)
        return data

    def with_body(self, body: dict[str, Any]) -> Template:
        """Return a template of other data; the elements that both share are read once."""
        return Template(body, known=self._of_path)

    def elements(self, section: str | None = None) -> Iterator[Element]:
        """Yield every element of a section, or of all and the template, in the template's order."""
        for part in loading.SECTIONS if section is None else (section,):
            yield from self._elements[part]
        if section is None:
            yield Element("Template", "", "(template)", "Template", {})

    def resources(self, *types: str) -> list[Element]:
        """Return the resources of these types; of all types when none is named."""
        if len(types) == 1:
            return [*self._of_type.get(types[0], ())]
        return [e for e in self._elements["Resources"] if not types or e.type in types]

    def only(self, type_: str) -> Element:
        """Return the one resource of a type. Raises AssertionError unless there is one."""
        found = self.resources(type_)
        if len(found) != 1:
            raise AssertionError(f"there are {len(found)} resources of type {type_}, not one")
        return found[0]

    def referred(self, text: Any, type_: str) -> Element:
        """Return the resource of a type that a plain text names, by `Ref` or by its `Arn`.

        Raises AssertionError where it names none.
        """
        for resource in self.resources(type_):
            if text in (resource.ref, resource.arn):
                return resource
        raise AssertionError(f"{text!r} refers to no resource of type {type_}")

    @property
    def outputs(self) -> dict[str, Any]:
        """Name -> the output as plain text, without its description."""
        return {
            output.logical_id: {
                key: plain(value) for key, value in output.body.items() if key != "Description"
            }
            for output in self.elements("Outputs")
        }

    @property
    def stage(self) -> str | None:
        """The `stage` tag that most resources carry; None where no resource does."""
        tags = Counter(
            str(tag.get("Value"))
            for resource in self.resources()
            for tag in listed(resource.at("Tags"))
            if isinstance(tag, Mapping) and tag.get("Key") == STAGE_TAG
        )
        return tags.most_common(1)[0][0] if tags else None

    @cached_property
    def names(self) -> dict[str, str]:
        """Logical id -> construct path below the stack, unique; the manifest comes first."""
        names: dict[str, str] = {}
        for logical_id, name in {**dict(self._metadata_paths()), **self.paths}.items():
            names[logical_id] = logical_id if name in names.values() else name
        return names

    def _metadata_paths(self) -> Iterator[tuple[str, str]]:
        for logical_id, resource in self.body["Resources"].items():
            match resource:
                case {"Metadata": {"aws:cdk:path": str(path)}}:
                    yield logical_id, loading.below_stack(path)

    @cached_property
    def _text(self) -> str:
        return json.dumps(self.body)

    @cached_property
    def _elements(self) -> dict[str, list[Element]]:
        return {section: list(self._of(section)) for section in loading.SECTIONS}

    @cached_property
    def _of_path(self) -> dict[tuple[str, str], Element]:
        return {element.path: element for element in self.elements()}

    @cached_property
    def _of_type(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for element in self._elements["Resources"]:
            found.setdefault(element.type, []).append(element)
        return found

    def _of(self, section: str) -> Iterator[Element]:
        for logical_id, body in self.body.get(section, {}).items():
            known = self.known.get((section, logical_id))
            if known and known.body is body:
                yield known
                continue
            kind = body.get("Type", "") if section == "Resources" else section[:-1]
            name = self.names.get(logical_id, logical_id)
            yield Element(section, logical_id, name, kind, body)
