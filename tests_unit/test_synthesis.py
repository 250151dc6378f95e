"""The checks that run in every synth, and what of their findings is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import CfnResource, Stack

from stack import stack as stack_module
from stack.acknowledgements import Accepted, accepted
from stack.build import build, findings, synthesize
from stack.settings import STAGES, Settings, read_context

# the CDK runs in a process of its own, for seconds
pytestmark = pytest.mark.sees_no_mutant

CONTEXT = read_context(Path(__file__).resolve().parent.parent / "cdk.json")


def context_of(stage: str) -> Mapping[str, Any]:
    return {**CONTEXT, "stage": stage}


@pytest.mark.parametrize("stage", STAGES)
def test_every_acknowledgement_is_of_one_finding_and_every_finding_is_acknowledged(
    stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them the checks find exactly what they name: none is stale, none is missing."""
    monkeypatch.setattr(stack_module, "acknowledge", lambda *_, **__: None)
    with pytest.raises(SystemExit) as ended:
        synthesize(build(context=context_of(stage), output=str(tmp_path)))
    assert ended.value.code == 1
    entries = accepted(Settings.load(stage, CONTEXT["stages"]))
    assert all(entry.reason for entry in entries)
    named = sorted((f"UserApi-{stage}/{one.path}", _rule(one)) for one in entries)
    assert named == sorted(findings(tmp_path))


def _rule(entry: Accepted) -> str:
    """The report names a rule of cdk-nag without the plugin before it."""
    return entry.rule.removeprefix("AwsSolutions::")


@pytest.mark.parametrize("stage", STAGES)
def test_synth_is_without_findings(stage: str, tmp_path: Path) -> None:
    synthesize(build(context=context_of(stage), output=str(tmp_path)))
    assert findings(tmp_path) == set()


def test_synth_is_the_same_every_time(tmp_path: Path) -> None:
    templates = []
    for name in ("one", "two"):
        synthesize(build(context=context_of("prod"), output=str(tmp_path / name)))
        templates.append((tmp_path / name / "UserApi-prod.template.json").read_bytes())
    assert templates[0] == templates[1]


def test_asset_is_the_functions_package_alone(tmp_path: Path) -> None:
    synthesize(build(context=context_of("prod"), output=str(tmp_path)))
    (asset,) = tmp_path.glob("asset.*")
    assert [child.name for child in asset.iterdir()] == ["lambda_function"]
    files = [file for file in asset.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} == {".py"}


@pytest.mark.parametrize(
    ("properties", "rule"),
    [({"NoSuchProperty": 1}, "F3002"), ({"RetentionInDays": 8}, "W3030")],
    ids=["error", "warning"],
)
def test_the_cdks_own_validation_ends_the_synth(
    properties: dict[str, object], rule: str, tmp_path: Path
) -> None:
    app = build(context=context_of("prod"), output=str(tmp_path))
    stack = app.node.find_child("UserApi-prod")
    assert isinstance(stack, Stack)
    CfnResource(stack, "More", type="AWS::Logs::LogGroup", properties=properties)
    with pytest.raises(SystemExit) as ended:
        synthesize(app)
    assert ended.value.code == 1
    assert findings(tmp_path) == {("UserApi-prod/More", rule)}
