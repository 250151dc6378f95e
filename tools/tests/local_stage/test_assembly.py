"""What is read from a cloud assembly that somebody synthesized."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.local_stage import LocalStageError
from tools.local_stage.assembly import stack_in

STACK = {
    "type": "aws:cloudformation:stack",
    "properties": {"templateFile": "x.template.json", "stackName": "UserApi-x"},
}
ASSETS = {"type": "cdk:asset-manifest", "properties": {}}


def assembly(folder: Path, artifacts: Any, template: Any) -> Path:
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), encoding="utf-8")
    (folder / "x.template.json").write_text(json.dumps(template), encoding="utf-8")
    return folder


def resources(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"One": {"Type": "AWS::Any::Type", "Properties": properties}, "Two": {}}}


def test_the_stack_has_its_name_and_template(tmp_path: Path) -> None:
    made = assembly(tmp_path, {"Stack": STACK, "Assets": ASSETS}, resources())
    stack = stack_in(made)
    assert (stack.name, stack.assembly, stack.template) == ("UserApi-x", tmp_path, resources())


@pytest.mark.parametrize(("type_", "signed"), [("AWS_IAM", True), ("NONE", False)])
def test_signed_when_a_method_wants_it(tmp_path: Path, type_: str, signed: bool) -> None:
    made = assembly(tmp_path, {"Stack": STACK}, resources(AuthorizationType=type_))
    assert stack_in(made).signed is signed


def test_an_allowed_origin_is_the_functions_first(tmp_path: Path) -> None:
    variables = {"Variables": {"ALLOWED_ORIGINS": "https://a.example,https://b.example"}}
    made = assembly(tmp_path, {"Stack": STACK}, resources(Environment=variables))
    assert stack_in(made).allowed_origin == "https://a.example"


@pytest.mark.parametrize(
    "artifacts",
    [{}, {"One": STACK, "Two": STACK}, {"One": {}}, [], {"One": {**STACK, "properties": {}}}],
)
def test_anything_but_one_stack_is_refused(tmp_path: Path, artifacts: Any) -> None:
    made = assembly(tmp_path, artifacts, resources())
    with pytest.raises(LocalStageError, match="is no cloud assembly of one stack"):
        stack_in(made)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalStageError, match=r"nothing is no cloud assembly .*No such file"):
        stack_in(tmp_path / "nothing")
