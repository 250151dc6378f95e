"""What the local stage reads from a cloud assembly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.local_stage import LocalStageError
from tools.local_stage.assembly import allowed_origin, signed, stack_in
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
