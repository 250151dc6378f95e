"""The table's client and what its errors mean, without a socket; test_faults.py has the sockets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.loaders import Loader
from botocore.session import Session

import lambda_function.table
from contract import users
from lambda_function.answers import Problem
from lambda_function.table import Reading, Table, client
from tests_unit.conftest import ENVIRONMENT

OK = {"RetryAttempts": 0}
ADA = users.item()
DATA = json.dumps(users.data(), sort_keys=True, separators=(",", ":"))
NOT_A_NUMBER = "the capacity is not a number"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    """A table without a client, which takes longer to make than the tests: they bring their own."""
    monkeypatch.setattr(lambda_function.table, "client", lambda _: None)
    return Table("users", "eu-west-1")


def refused(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetItem")


def failing(table: Table, error: Exception) -> tuple[str, str | None]:
    """Code and cause of the problem that a reading ends with when the call raises."""

    def call(**_: object) -> None:
        raise error

    table._client = SimpleNamespace(get_item=call)
    with pytest.raises(Problem) as caught:
        table.read("ada")
    assert caught.value.__cause__ is error
    return caught.value.code, caught.value.cause


def answering(table: Table, answer: dict[str, Any]) -> Table:
    table._client = SimpleNamespace(get_item=lambda **_: {"ResponseMetadata": OK, **answer})
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
def test_error_that_passes_is_unavailable(table: Table, code: str, status: int) -> None:
    assert failing(table, refused(code, status)) == ("SERVICE_UNAVAILABLE", code)


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
def test_error_that_stays_is_database_error(table: Table, code: str, status: int) -> None:
    assert failing(table, refused(code, status)) == ("DATABASE_ERROR", code)


@pytest.mark.promise("table-unavailable-503")
@pytest.mark.parametrize(
    "error",
    [
        HTTPClientError(error="e"),
        ConnectTimeoutError(endpoint_url="u"),
        ReadTimeoutError(endpoint_url="u"),
        ConnectionClosedError(endpoint_url="u"),
        EndpointConnectionError(endpoint_url="u", error="e"),
    ],
)
def test_table_out_of_reach_is_unavailable(table: Table, error: Exception) -> None:
    assert failing(table, error) == ("SERVICE_UNAVAILABLE", type(error).__name__)


@pytest.mark.promise("table-error-500")
@pytest.mark.parametrize("error", [NoCredentialsError(), KeyError("x"), RecursionError()])
def test_any_other_exception_is_database_error(table: Table, error: Exception) -> None:
    assert failing(table, error) == ("DATABASE_ERROR", type(error).__name__)


@pytest.mark.promise("record-returned", "values-exact")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Item": ADA}, Reading(DATA, 0, 0)),
        (
            {"Item": ADA, "ConsumedCapacity": {"CapacityUnits": 2}},
            Reading(DATA, 2, 0),
        ),
        ({"ConsumedCapacity": {"CapacityUnits": 1}}, Reading(None, 1, 0)),
        ({"ConsumedCapacity": {}}, Reading(None, 0, 0)),
        ({"ConsumedCapacity": {}, "ResponseMetadata": {"RetryAttempts": 1}}, Reading(None, 0, 1)),
    ],
)
def test_answer_is_read(table: Table, answer: dict[str, Any], expected: Reading) -> None:
    assert answering(table, answer).read("ada") == expected


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
        ({"Item": ADA, "ConsumedCapacity": {"CapacityUnits": float("inf")}}, NOT_A_NUMBER),
        ({"Item": ADA, "ConsumedCapacity": {"CapacityUnits": float("nan")}}, NOT_A_NUMBER),
        ({"ConsumedCapacity": {"CapacityUnits": float("-inf")}}, NOT_A_NUMBER),
    ],
)
def test_anything_but_answer_is_database_error(
    table: Table, answer: dict[str, Any], cause: str
) -> None:
    with pytest.raises(Problem) as caught:
        answering(table, answer).read("ada")
    assert (caught.value.code, caught.value.cause) == ("DATABASE_ERROR", cause)


@pytest.mark.promise("table-unavailable-503")
def test_client_waits_for_seconds_only() -> None:
    config = client("eu-west-1").meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries == {"mode": "standard", "total_max_attempts": 2}


def test_client_says_who_asks() -> None:
    meta = Table("users", "eu-west-1")._client.meta
    assert meta.config.user_agent == "user-api"
    assert meta.region_name == "eu-west-1"


def test_client_searches_no_other_services_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_function.table, "_LOADER", lambda_function.table._OneService())
    searched: list[object] = []
    monkeypatch.setattr(Loader, "list_available_services", lambda *asked: searched.append(asked))
    assert client("eu-west-1").meta.service_model.service_name == "dynamodb"
    assert searched == []


def host_asked(make: Callable[[], Any]) -> str:
    """The host that a client's GetItem goes to; nothing is sent."""
    hosts: list[str] = []

    def note(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        hosts.append(str(urlsplit(str(request.url)).hostname))
        empty = SimpleNamespace(stream=lambda: [b"{}"])
        return AWSResponse(str(request.url), 200, HTTPHeaders(), empty)

    made = make()
    made.meta.events.register("before-send.dynamodb.GetItem", note)
    made.get_item(TableName="users", Key={"userId": {"S": "ada"}})
    (host,) = hosts
    return host


@cache
def botocores_files() -> Loader:
    """Botocore's data, each file read once for all sessions."""
    return Loader()


def own_client(region: str) -> Any:
    """The client of a new session of botocore."""
    session = Session()
    session.register_component("data_loader", botocores_files())
    return session.create_client("dynamodb", region_name=region)


COMMERCIAL, GOVCLOUD, CHINA = "eu-west-1", "us-gov-west-1", "cn-north-1"
FIPS, DUAL_STACK = "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"


@pytest.mark.parametrize("variables", [(), (FIPS,), (DUAL_STACK,), (FIPS, DUAL_STACK)])
@pytest.mark.parametrize("region", [COMMERCIAL, "us-east-1", GOVCLOUD, "us-gov-east-1", CHINA])
def test_client_asks_same_host_as_botocores_own(
    region: str, variables: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in variables:
        monkeypatch.setenv(name, "true")
    assert host_asked(partial(client, region)) == host_asked(partial(own_client, region))


@pytest.mark.parametrize(
    ("region", "variables", "expected"),
    [
        (COMMERCIAL, (), "dynamodb.eu-west-1.amazonaws.com"),
        (COMMERCIAL, (DUAL_STACK,), "dynamodb.eu-west-1.api.aws"),
        ("us-east-1", (FIPS,), "dynamodb-fips.us-east-1.amazonaws.com"),
        (GOVCLOUD, (FIPS,), "dynamodb.us-gov-west-1.amazonaws.com"),
        (CHINA, (), "dynamodb.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_client_asks_documented_host(
    region: str, variables: tuple[str, ...], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https://docs.aws.amazon.com/general/latest/gr/ddb.html."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in variables:
        monkeypatch.setenv(name, "true")
    assert host_asked(partial(client, region)) == expected


@pytest.mark.sees_no_mutant
def test_garbage_is_collected_again_after_start() -> None:
    """The package turns the search off while it is imported; the handler turns it on."""
    code = "import gc, lambda_function.handler; print(gc.isenabled(), gc.get_freeze_count() > 9999)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        env={**ENVIRONMENT, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "True"]
