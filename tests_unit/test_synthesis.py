"""The checks that run in every synth, and what of their findings is accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from stack.names import stack_name
from stack.settings import Settings, read_context
from tools.template import Template

if TYPE_CHECKING:
    from stack.acknowledgements import Accepted

# the CDK runs in a process of its own, for seconds
pytestmark = pytest.mark.sees_no_mutant

CONTEXT = read_context(Path(__file__).resolve().parent.parent / "cdk.json")
STAGES = tuple(CONTEXT["stages"])


def context_of(stage: str) -> Mapping[str, Any]:
    return {**CONTEXT, "stage": stage}


@pytest.mark.parametrize("stage", STAGES)
def test_acknowledgements_are_exactly_findings(
    synthesis: ModuleType, stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them the checks find exactly what they name: none is stale, none is missing."""
    from stack import stack as stack_module
    from stack.acknowledgements import accepted

    monkeypatch.setattr(stack_module, "acknowledge", lambda *_, **__: None)
    with pytest.raises(SystemExit) as ended:
        synthesis.synthesize(synthesis.build(context=context_of(stage), output=str(tmp_path)))
    assert ended.value.code == 1
    entries = accepted(Settings.load(stage, CONTEXT["stages"]))
    assert all(entry.reason for entry in entries)
    named = sorted((f"{stack_name(stage)}/{entry.path}", _rule(entry)) for entry in entries)
    assert named == sorted(synthesis.findings(tmp_path))


def _rule(entry: Accepted) -> str:
    """The report names a rule of cdk-nag without the plugin before it."""
    return entry.rule.removeprefix("AwsSolutions::")


@pytest.mark.parametrize("stage", STAGES)
def test_synthesis_has_no_findings(
    synthesis: ModuleType, stage: str, assembly: Callable[[str], Path]
) -> None:
    assert synthesis.findings(assembly(stage)) == set()


def test_synthesis_is_reproducible(
    synthesis: ModuleType, tmp_path: Path, assembly: Callable[[str], Path]
) -> None:
    """Another process, at another time and in another folder, writes the same template."""
    synthesis.synthesize(synthesis.build(context=context_of("prod"), output=str(tmp_path)))
    templates = [Template.in_assembly(folder).file for folder in (tmp_path, assembly("prod"))]
    assert templates[0].read_bytes() == templates[1].read_bytes()


def test_asset_holds_package_of_function_alone(assembly: Callable[[str], Path]) -> None:
    (asset,) = assembly("prod").glob("asset.*")
    assert [child.name for child in asset.iterdir()] == ["lambda_function"]
    files = [file for file in asset.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} == {".py"}


@pytest.mark.parametrize(
    ("properties", "rule"),
    [({"NoSuchProperty": 1}, "F3002"), ({"RetentionInDays": 8}, "W3030")],
    ids=["error", "warning"],
)
def test_validation_of_cdk_ends_synthesis(
    synthesis: ModuleType, properties: dict[str, object], rule: str, tmp_path: Path
) -> None:
    from aws_cdk import CfnResource, Stack

    app = synthesis.build(context=context_of("prod"), output=str(tmp_path))
    stack = app.node.find_child(stack_name("prod"))
    assert isinstance(stack, Stack)
    CfnResource(stack, "More", type="AWS::Logs::LogGroup", properties=properties)
    with pytest.raises(SystemExit) as ended:
        synthesis.synthesize(app)
    assert ended.value.code == 1
    assert synthesis.findings(tmp_path) == {(f"{stack_name('prod')}/More", rule)}
