"""Which template is tested: each stage's own, or one given as a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from contract.stages import STAGES, Promised
from tests_infra.reading import Resource, Template

GIVEN = pytest.StashKey[Template | None]()


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
    config.stash[GIVEN] = _read(Path(file)) if file else None


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


@pytest.fixture(scope="session")
def template(stage: str, assembly: Callable[[str], Path], pytestconfig: pytest.Config) -> Template:
    given = pytestconfig.stash[GIVEN]
    return given or _read(assembly(stage) / f"UserApi-{stage}.template.json")


@pytest.fixture
def table(template: Template) -> Resource:
    return template.only("AWS::DynamoDB::GlobalTable")


@pytest.fixture
def function(template: Template) -> Resource:
    return template.only("AWS::Lambda::Function")


@pytest.fixture
def alias(template: Template) -> Resource:
    return template.only("AWS::Lambda::Alias")


@pytest.fixture
def api(template: Template) -> Resource:
    return template.only("AWS::ApiGateway::RestApi")


@pytest.fixture
def api_stage(template: Template) -> Resource:
    return template.only("AWS::ApiGateway::Stage")


@pytest.fixture
def topic(template: Template) -> Resource:
    return template.only("AWS::SNS::Topic")


def _stages(config: pytest.Config) -> list[str]:
    named, given = config.getoption("--stage"), config.stash[GIVEN]
    if named:
        return [named]
    return [_tagged_stage(given, config.getoption("--template"))] if given else list(STAGES)


def _read(file: Path) -> Template:
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise pytest.UsageError(f"--template {file}: {problem.strerror}") from None
    except ValueError as problem:
        raise pytest.UsageError(f"--template {file}: not JSON: {problem}") from None
    if isinstance(body, Mapping) and "TemplateBody" in body:
        body = _body(body["TemplateBody"], file)
    if not _is_template(body):
        raise pytest.UsageError(f"--template {file}: not a CloudFormation template")
    return Template(body)


def _body(given: Any, file: Path) -> Any:
    """get-template answers with an object, or with the text it was given."""
    try:
        return json.loads(given) if isinstance(given, str) else given
    except ValueError as problem:
        raise pytest.UsageError(f"--template {file}: TemplateBody is not JSON: {problem}") from None


def _is_template(body: Any) -> bool:
    resources = body.get("Resources") if isinstance(body, Mapping) else None
    return (
        isinstance(resources, Mapping)
        and bool(resources)
        and all(isinstance(one, Mapping) and "Type" in one for one in resources.values())
    )


def _tagged_stage(template: Template, file: str) -> str:
    """The tag that most resources carry: that all carry it is a test's concern."""
    tags = Counter(
        tag["Value"]
        for resource in template.resources
        for tag in (resource.at("Tags") or [])
        if isinstance(tag, Mapping) and tag.get("Key") == "stage" and tag.get("Value") in STAGES
    )
    if not tags:
        raise pytest.UsageError(
            f"--template {file}: has no tag of a known stage: name it by --stage"
        )
    return str(tags.most_common(1)[0][0])
