"""The handler, the table of the synthesized template, and a table that can fail."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any
from unittest import mock

import botocore.handlers
import botocore.session
import pytest
from hypothesis import HealthCheck, Phase, settings

from contract import users
from contract.stages import TABLE_ACTIONS
from tests_unit.fake_table import FakeTable
from tools.template import Template

TABLE_NAME = "users-under-test"
ENVIRONMENT = {
    "TABLE_NAME": TABLE_NAME,
    "LOG_LEVEL": "INFO",
    "ALLOWED_ORIGINS": "https://app.example.com,https://www.example.com",
    "CACHE_MAX_AGE": "0",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}

SYNTHESIZING = ("test_shared_stacks.py", "test_synthesis.py")

Call = tuple[str, str]  # an action as IAM names it, and the table it is for
Put = Callable[..., None]

_COMMON: dict[str, Any] = {
    "deadline": None,  # a busy machine does not make the function slow
    # All examples of a test share its fixtures, and none of them changes one.
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
settings.register_profile("short", max_examples=60, **_COMMON)
settings.register_profile("long", max_examples=4000, **_COMMON)
# That a test fails is all that is asked there: no example is made shorter, or explained.
settings.register_profile(
    "mutation",
    max_examples=20,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    **_COMMON,
)
settings.load_profile("short")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that synthesize: xdist leaves the first ones together in one process.

    In a second process the CDK would load its checks once more, for seconds.
    """
    items.sort(key=lambda item: item.path.name not in SYNTHESIZING)


_calls: list[Call] = []


def _record_call(model: Any, params: dict[str, Any], **_: object) -> None:
    """Note an AWS call of the function, from any client of any session."""
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        if frame.f_globals["__name__"].startswith("lambda_function"):
            action = f"{model.service_model.signing_name}:{model.name}"
            _calls.append((action, str(json.loads(params["body"]).get("TableName"))))
            return


botocore.handlers.BUILTIN_HANDLERS.append(("before-call", _record_call))


@pytest.fixture(autouse=True)
def calls() -> Iterator[list[Call]]:
    """The AWS calls of the function in a test, which may only be the promised ones."""
    _calls.clear()
    yield _calls
    assert {action for action, _ in _calls} <= TABLE_ACTIONS


@cache
def handler_with(**variables: str) -> Any:
    """The handler's module with these settings, shared by the tests that ask for the same."""
    return load_handler(**variables)


def load_handler(**variables: str) -> Any:
    """Load the handler's module afresh, with its own settings, client and cold start."""
    spec = importlib.util.find_spec("lambda_function.handler")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with mock.patch.dict(os.environ, {**ENVIRONMENT, **variables}):
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthesis() -> ModuleType:
    """The module stack.build, imported where a test needs it, because that starts the CDK."""
    from stack import build

    return build


@pytest.fixture(scope="session")
def dynamodb(prod_template: Template) -> Iterator[Any]:
    """A client of moto's DynamoDB, which holds the template's table."""
    from moto import mock_aws  # slow to import: not in the process that hands out the tests

    # moto's own credentials would stay in the environment of every other test.
    with mock_aws(config={"core": {"mock_credentials": False}}):
        with mock.patch.dict(os.environ, ENVIRONMENT):
            client: Any = botocore.session.Session().create_client(
                "dynamodb", region_name=ENVIRONMENT["AWS_REGION"]
            )
        client.create_table(TableName=TABLE_NAME, **_key_and_billing(prod_template))
        yield client


def _key_and_billing(template: Template) -> dict[str, Any]:
    """The parts of the template's one table that CreateTable takes."""
    table = template.only("AWS::DynamoDB::GlobalTable")
    return {name: table.at(name) for name in ("KeySchema", "AttributeDefinitions", "BillingMode")}


@pytest.fixture
def put(dynamodb: Any) -> Iterator[Put]:
    """`put("ada", name={"S": "Ada"})` places a user, who is gone after the test."""
    keys: list[users.Item] = []

    def place(user_id: str = "ada", **attributes: dict[str, Any]) -> None:
        item = users.item(user_id, **attributes)
        dynamodb.put_item(TableName=TABLE_NAME, Item=item)
        keys.append({"userId": item["userId"]})

    yield place
    for key in keys:
        dynamodb.delete_item(TableName=TABLE_NAME, Key=key)


@pytest.fixture
def handler(dynamodb: Any) -> Any:
    """The handler's module, on moto's table."""
    del dynamodb  # only its table is needed
    return handler_with()


@cache
def _server(process: int) -> FakeTable:
    """One server for each process: a forked process inherits the socket, but not the thread."""
    del process
    return FakeTable().start()


@pytest.fixture
def fake_table() -> FakeTable:
    """A DynamoDB endpoint on a real socket that answers or fails as a test wants."""
    server = _server(os.getpid())
    server.reset()
    return server


@pytest.fixture
def handler_on_fake(fake_table: FakeTable) -> Any:
    """The handler's module, on the fake table."""
    return handler_with(AWS_ENDPOINT_URL_DYNAMODB=fake_table.url)
