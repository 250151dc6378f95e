"""What the local stage reads from a cloud assembly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.local_stage.cdk import allowed_origin, copied, signed, stack_in
from tools.local_stage.programs import LocalStageError
from tools.template import Template


def template_of(type_: str, **properties: Any) -> Template:
    return Template.from_json({"Resources": {"One": {"Type": type_, "Properties": properties}}})


@pytest.mark.parametrize(("type_", "expected"), [("AWS_IAM", True), ("NONE", False)])
def test_stage_is_signed_when_method_demands_it(type_: str, expected: bool) -> None:
    template = template_of("AWS::ApiGateway::Method", AuthorizationType=type_)
    assert signed(template) is expected


def test_allowed_origin_is_first_of_function() -> None:
    variables = {"Variables": {"ALLOWED_ORIGINS": "https://a.example,https://b.example"}}
    template = template_of("AWS::Lambda::Function", Environment=variables)
    assert allowed_origin(template) == "https://a.example"


def test_folder_without_assembly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalStageError, match=r"nothing/manifest\.json: cannot be read"):
        stack_in(tmp_path / "nothing")


def test_copy_tags_its_stack_and_leaves_assembly_and_template_alone(tmp_path: Path) -> None:
    stack = {"type": "aws:cloudformation:stack", "properties": {"stackName": "UserApi-x"}}
    assets = {"type": "cdk:asset-manifest", "properties": {}}
    manifest = json.dumps({"artifacts": {"Stack": stack, "Assets": assets}})
    source = tmp_path / "source"
    source.mkdir()
    (source / "manifest.json").write_text(manifest, encoding="utf-8")
    (source / "x.template.json").write_text("{}", encoding="utf-8")
    copy = copied(source, tmp_path)
    tags = {"ms-custom-id": "users"}
    assert json.loads((copy / "manifest.json").read_bytes())["artifacts"] == {
        "Stack": {**stack, "properties": {"stackName": "UserApi-x", "tags": tags}},
        "Assets": assets,
    }
    assert (source / "manifest.json").read_text(encoding="utf-8") == manifest
    assert (copy / "x.template.json").read_text(encoding="utf-8") == "{}"


def test_copy_of_anything_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalStageError, match=r"nothing is not a cloud assembly: .*No such file"):
        copied(tmp_path / "nothing", tmp_path)
