"""The table's client and what its errors mean, without a socket; test_faults.py has the sockets."""

from __future__ import annotations

import copy
from typing import Any, cast

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    UnknownServiceError,
)
from botocore.loaders import Loader
from botocore.session import Session

import lambda_function.table
from lambda_function.answers import Problem
from lambda_function.table import Reading, Table
from tests_unit.conftest import handler_with

OK = {"RetryAttempts": 0}
ADA = {"userId": {"S": "ada"}}
NO_NUMBER = "capacity is no number"


@pytest.fixture
def table() -> Table:
    """A copy of the handler's table, to be changed."""
    table: Table = copy.copy(handler_with().TABLE)
    return table


def refused(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetItem")


def failing(table: Table, error: Exception) -> Problem:
    """What a reading comes to when the call raises."""

    def call(**_: object) -> None:
        raise error

    table._get_item = call  # type: ignore[assignment]
    with pytest.raises(Problem) as caught:
        table.read("ada")
    assert caught.value.__cause__ is error
    return caught.value


def answering(table: Table, answer: dict[str, Any]) -> Table:
    table._get_item = lambda **_: answer  # type: ignore[assignment]
    return table


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ProvisionedThroughputExceededException", 400),
        ("RequestLimitExceeded", 400),
        ("ThrottlingException", 400),
        ("TooManyRequestsException", 400),
        ("429", 429),
        ("502", 502),
        ("ServiceUnavailable", 503),
        ("504", 504),
    ],
)
def test_these_errors_pass(table: Table, code: str, status: int) -> None:
    problem = failing(table, refused(code, status))
    assert (problem.code, problem.cause) == ("SERVICE_UNAVAILABLE", code)


@pytest.mark.promise("table-error-500")
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ResourceNotFoundException", 400),
        ("AccessDeniedException", 400),
        ("ValidationException", 400),
        ("InternalServerError", 500),
        ("501", 501),
        ("403", 403),
    ],
)
def test_these_do_not(table: Table, code: str, status: int) -> None:
    problem = failing(table, refused(code, status))
    assert (problem.code, problem.cause) == ("DATABASE_ERROR", code)


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectTimeoutError(endpoint_url="u"),
        ReadTimeoutError(endpoint_url="u"),
        ConnectionClosedError(endpoint_url="u"),
        EndpointConnectionError(endpoint_url="u", error="e"),
    ],
)
def test_a_table_out_of_reach_may_come_back(table: Table, error: Exception) -> None:
    problem = failing(table, error)
    assert (problem.code, problem.cause) == ("SERVICE_UNAVAILABLE", type(error).__name__)


@pytest.mark.promise("table-error-500")
@pytest.mark.parametrize("error", [NoCredentialsError(), KeyError("x"), RecursionError()])
def test_anything_else_is_the_tables_error(table: Table, error: Exception) -> None:
    problem = failing(table, error)
    assert (problem.code, problem.cause) == ("DATABASE_ERROR", type(error).__name__)


@pytest.mark.promise("record-returned", "values-exact")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Item": ADA}, Reading('{"userId":"ada"}', 0, 0)),
        (
            {"Item": ADA, "ConsumedCapacity": {"CapacityUnits": 2}},
            Reading('{"userId":"ada"}', 2, 0),
        ),
        ({"ConsumedCapacity": {"CapacityUnits": 1}}, Reading(None, 1, 0)),
        ({"ConsumedCapacity": {}}, Reading(None, 0, 0)),
        ({"ConsumedCapacity": {}, "ResponseMetadata": {"RetryAttempts": 1}}, Reading(None, 0, 1)),
    ],
)
def test_what_an_answer_says(table: Table, answer: dict[str, Any], expected: Reading) -> None:
    assert answering(table, {"ResponseMetadata": OK, **answer}).read("ada") == expected


@pytest.mark.promise("table-error-500")
@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ({}, "neither record nor capacity"),
        ({"Item": {}}, "KeyError"),
        ({"Item": {"userId": {"S": "eve"}}}, "another record"),
        ({"Item": {"userId": {"N": "1"}}}, "another record"),
        ({"Item": {"name": {"S": "ada"}}}, "KeyError"),
        ({"Item": ADA | {"x": {"N": "NaN"}}}, "ValueError"),
        ({"Item": ADA, "ConsumedCapacity": {"CapacityUnits": "many"}}, "ValueError"),
        ({"Item": ADA, "ConsumedCapacity": {"CapacityUnits": float("inf")}}, NO_NUMBER),
        ({"Item": ADA, "ConsumedCapacity": {"CapacityUnits": float("nan")}}, NO_NUMBER),
        ({"ConsumedCapacity": {"CapacityUnits": float("-inf")}}, NO_NUMBER),
    ],
)
def test_what_is_no_answer_is_an_error(table: Table, answer: dict[str, Any], cause: str) -> None:
    with pytest.raises(Problem) as caught:
        answering(table, {"ResponseMetadata": OK, **answer}).read("ada")
    assert (caught.value.code, caught.value.cause) == ("DATABASE_ERROR", cause)


@pytest.mark.promise("table-unavailable-503")
def test_the_client_waits_for_seconds_only(table: Table) -> None:
    config = meta_of(table).config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries == {"mode": "standard", "total_max_attempts": 2}
    assert cast("Any", table._get_item)._seconds == 5.5


def test_the_client_tells_who_asks(handler_on_fake: Any) -> None:
    meta = meta_of(handler_on_fake.TABLE)
    assert meta.config.user_agent == "user-api"
    assert meta.region_name == "eu-west-1"


def test_the_client_does_not_check_what_the_function_knows(handler_on_fake: Any) -> None:
    """Checking parameters takes time on every request; botocore would refuse this one."""
    bounded: Any = handler_on_fake.TABLE._get_item
    answer = bounded(TableName="users", Key={"userId": {"S": "ada"}}, ConsistentRead="yes")
    assert answer["Item"] == ADA


def test_the_client_looks_for_its_own_model_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_: object) -> None:
        pytest.fail("every service's folder would be searched")

    monkeypatch.setattr(Loader, "list_available_services", search)
    assert meta_of(Table("users", "eu-west-1")).service_model.service_name == "dynamodb"


def test_there_is_a_model_and_there_are_no_endpoint_rules() -> None:
    loader = lambda_function.table._LOADER
    assert loader.list_available_services("service-2") == ["dynamodb"]
    assert loader.list_available_services("endpoint-rule-set-1") == []


def meta_of(table: Table) -> Any:
    """The public description of the table's client."""
    bounded: Any = table._get_item
    return bounded._call.__self__.meta


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("eu-west-1", "https://dynamodb.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_client_asks_the_regions_endpoint(region: str, expected: str) -> None:
    assert meta_of(Table("users", region)).endpoint_url == expected


def test_a_library_that_needs_endpoint_rules_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    create = Session.create_client

    def strict(session: Session, *arguments: Any, **options: Any) -> Any:
        loader = session.get_component("data_loader")
        if "dynamodb" not in loader.list_available_services("endpoint-rule-set-1"):
            raise UnknownServiceError(service_name="dynamodb", known_service_names="")
        return create(session, *arguments, **options)

    monkeypatch.setattr(Session, "create_client", strict)
    meta = meta_of(Table("users", "eu-west-1"))
    assert meta.endpoint_url == "https://dynamodb.eu-west-1.amazonaws.com"
    assert meta.config.read_timeout == 2
