"""The users' table: one DynamoDB client, one consistent GetItem per request."""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004
    HTTPClientError,
    UnknownServiceError,
)
from botocore.loaders import Loader
from botocore.session import Session

from lambda_function import values
from lambda_function.answers import Problem
from lambda_function.deadline import Bounded

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TooManyRequestsException",
}
_CODE = re.compile(r"[A-Za-z0-9.]{1,48}")
_UNAVAILABLE_STATUS = {429, 502, 503, 504}
_UNREACHABLE = (ConnectionError, HTTPClientError, TimeoutError)

# Two attempts, at most a second apart, end within 5 s when the table connects and hangs;
# the deadline ends the rest. Both are far from Lambda's limit of 10 s.
_CONNECT_SECONDS = 1
_READ_SECONDS = 2
_ATTEMPTS = 2
_DEADLINE_SECONDS = 5.5


class Reading(NamedTuple):
    """What the table answered."""

    data: str | None  # the record as JSON text; None where there is no such user
    capacity: float  # consumed read capacity units
    retries: int


class _OneModel(Loader):
    """Knows DynamoDB's model alone, without looking for those of all services.

    That spares a cold start 6 %. As no endpoint rules are found, the client takes the
    region's endpoint once and for all, instead of anew in 6 % of each request's time.
    """

    def list_available_services(self, type_name: str) -> list[str]:
        return ["dynamodb"] if type_name == "service-2" else []


_LOADER = _OneModel()


def _client(region: str, config: Config) -> Any:
    session = Session()
    session.register_component("data_loader", _LOADER)
    try:
        return session.create_client("dynamodb", region_name=region, config=config)
    except UnknownServiceError:  # a botocore that cannot do without endpoint rules
        return Session().create_client("dynamodb", region_name=region, config=config)


class Table:
    """Reads records by key."""

    def __init__(self, name: str, region: str) -> None:
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            # Both for speed: the parameters are this module's own, and putting botocore's
            # user agent together takes a tenth of a request's time.
            parameter_validation=False,
            user_agent="user-api",
        )
        self._name = name
        self._get_item = Bounded(_client(region, config).get_item, _DEADLINE_SECONDS)

    def read(self, user_id: str) -> Reading:
        """The record of a user. Raises Problem."""
        try:
            answer = self._get_item(
                TableName=self._name,
                Key={"userId": {"S": user_id}},
                ConsistentRead=True,
                ReturnConsumedCapacity="TOTAL",
            )
            return _reading(answer, user_id)
        except Problem:
            raise
        except _UNREACHABLE as error:
            raise Problem("SERVICE_UNAVAILABLE", type(error).__name__) from error
        except ClientError as error:
            raise _problem(error.response) from error
        except Exception as error:
            raise Problem("DATABASE_ERROR", type(error).__name__) from error


def _reading(answer: Mapping[str, Any], user_id: str) -> Reading:
    attributes = answer.get("Item")
    if attributes is None and "ConsumedCapacity" not in answer:
        # The client takes a body that is no JSON for an empty answer. Only the capacity
        # that was asked for shows that it is DynamoDB who knows no such user.
        raise Problem("DATABASE_ERROR", "neither record nor capacity")
    capacity = float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0))
    if not isfinite(capacity):
        raise Problem("DATABASE_ERROR", "capacity is no number")
    if attributes is not None and attributes["userId"] != {"S": user_id}:
        raise Problem("DATABASE_ERROR", "another record")
    return Reading(
        data=None if attributes is None else values.record(attributes),
        capacity=capacity,
        retries=answer["ResponseMetadata"]["RetryAttempts"],
    )


def _problem(response: Mapping[str, Any]) -> Problem:
    code = response["Error"]["Code"]
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    cause = code if _CODE.fullmatch(code) else "an error without a name"
    unavailable = code in _THROTTLED or status in _UNAVAILABLE_STATUS
    return Problem("SERVICE_UNAVAILABLE" if unavailable else "DATABASE_ERROR", cause)
