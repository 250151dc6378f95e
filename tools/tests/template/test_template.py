"""Reading templates: construct paths, and one clear line for what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.proof.template import template as templates
from tools.proof.template.errors import CannotRunError

QUEUE = {"Type": "AWS::SQS::Queue"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("{", "is not JSON"),
        ("Resources:\n  A: 1\n", "is not JSON"),
        ("[]", "no Resources"),
        ("{}", "no Resources"),
        ('{"Resources": {}}', "no Resources"),
        ('{"Resources": {"A": 1}}', "Resources/A is not an object"),
        ('{"Resources": {"A": {}}}', "Resources/A has no Type"),
        ('{"Resources": {"A": {"Type": "T"}}, "Outputs": []}', "Outputs is not an object"),
    ],
)
def test_what_is_no_template_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRunError, match=said) as error:
        templates.load(file)
    assert "\n" not in str(error.value)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="cannot be read"):
        templates.load(tmp_path / "nowhere.json")


def test_construct_paths_come_from_the_manifest(tmp_path: Path) -> None:
    body = {"Resources": {"A1": QUEUE, "B2": QUEUE}, "Outputs": {"Url": {"Value": "x"}}}
    (tmp_path / "Shop.template.json").write_text(json.dumps(body), encoding="utf-8")
    logical = {"type": "aws:cdk:logicalId"}
    metadata = {
        "/Shop/Orders/Resource": [{**logical, "data": "A1"}],
        "/Shop/Link": [{**logical, "data": "Url"}],
    }
    (tmp_path / "more.json").write_text(
        json.dumps({"/Shop/Refused": [{**logical, "data": "B2"}]}), encoding="utf-8"
    )
    artifact = {
        "properties": {"templateFile": "Shop.template.json"},
        "metadata": metadata,
        "additionalMetadataFile": "more.json",
    }
    manifest = {"artifacts": {"Shop": artifact}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    template = templates.load(tmp_path / "Shop.template.json")
    names = {e.logical_id: e.name for e in template.elements() if e.logical_id}
    assert names == {"A1": "Orders/Resource", "B2": "Refused", "Url": "Link"}
    assert template.stack == "Shop"


def test_construct_paths_come_from_the_template_without_a_manifest(tmp_path: Path) -> None:
    resource = {**QUEUE, "Metadata": {"aws:cdk:path": "Shop/Orders/Resource"}}
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"Resources": {"A": resource, "B": QUEUE}}), encoding="utf-8")
    names = [element.name for element in templates.load(file).resources()]
    assert names == ["Orders/Resource", "B"]
