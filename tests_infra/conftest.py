"""Which template is tested: that of each stage, or one from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.stages import STAGES, Promised
from tools.template import Element, Template, TemplateError

CDK_JSON = Path(__file__).resolve().parent.parent / "cdk.json"
FROM_FILE = pytest.StashKey[Template | None]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("infra")
    group.addoption(
        "--template",
        metavar="FILE",
        help="test this template instead of synthesizing; also the answer of get-template",
    )
    group.addoption(
        "--stage",
        metavar="NAME",
        help="the stage whose promises are meant (default: the template's own tag, or every stage)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Bad input stops the run with one line and exit code 4."""
    stage, file = config.getoption("--stage"), config.getoption("--template")
    if stage is not None and stage not in STAGES:
        raise pytest.UsageError(f"--stage {stage}: allowed is {', '.join(STAGES)}")
    try:
        config.stash[FROM_FILE] = Template.load(Path(file)) if file else None
    except TemplateError as problem:
        raise pytest.UsageError(f"--template {problem}") from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stage" in metafunc.fixturenames:
        stages = _stages(metafunc.config)
        metafunc.parametrize("stage", stages, indirect=True, scope="session")


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def promised(stage: str) -> Promised:
    return STAGES[stage]


def configured_stages() -> set[str]:
    """The stages of cdk.json, by name alone: what they are set to must not be expected here."""
    return set(json.loads(CDK_JSON.read_text(encoding="utf-8"))["context"]["stages"])


@pytest.fixture(scope="session")
def template(stage: str, assembly: Callable[[str], Path], pytestconfig: pytest.Config) -> Template:
    if from_file := pytestconfig.stash[FROM_FILE]:
        return from_file
    assert stage in configured_stages(), f"stage {stage} is promised, but is not in cdk.json"
    return Template.in_assembly(assembly(stage))


@pytest.fixture
def table(template: Template) -> Element:
    return template.only("AWS::DynamoDB::GlobalTable")


@pytest.fixture
def function(template: Template) -> Element:
    return template.only("AWS::Lambda::Function")


@pytest.fixture
def alias(template: Template) -> Element:
    return template.only("AWS::Lambda::Alias")


@pytest.fixture
def api(template: Template) -> Element:
    return template.only("AWS::ApiGateway::RestApi")


@pytest.fixture
def api_stage(template: Template) -> Element:
    return template.only("AWS::ApiGateway::Stage")


@pytest.fixture
def topic(template: Template) -> Element:
    return template.only("AWS::SNS::Topic")


def _stages(config: pytest.Config) -> list[str]:
    named, from_file = config.getoption("--stage"), config.stash[FROM_FILE]
    if named:
        return [named]
    return [_tagged_stage(from_file, config.getoption("--template"))] if from_file else list(STAGES)


def _tagged_stage(template: Template, file: str) -> str:
    """The tag that most resources carry: that all carry it is a test's concern."""
    if template.stage not in STAGES:
        raise pytest.UsageError(
            f"--template {file}: has no tag of a known stage: name it by --stage"
        )
    return template.stage
