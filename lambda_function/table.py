"""The users' table: one DynamoDB client, one consistent GetItem per request."""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004
from botocore.loaders import Loader
from botocore.session import Session

from lambda_function import values
from lambda_function.answers import Problem

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TooManyRequestsException",
}
_CODE = re.compile(r"[A-Za-z0-9.]{1,48}")
_UNAVAILABLE_STATUS = {429, 502, 503, 504}
_UNREACHABLE = (ConnectionError, HTTPClientError)

# Two attempts, at most a second apart, end within 7 s when the table refuses, hangs or resets.
# An answer that arrives byte by byte ends with Lambda's timeout, as the gateway's DEFAULT_5XX.
_CONNECT_SECONDS = 1
_READ_SECONDS = 2
_ATTEMPTS = 2


class Reading(NamedTuple):
    """What the table answered."""

    data: str | None  # the record as JSON text; None where there is no such user
    capacity: float  # consumed read capacity units
    retries: int


class _OneService(Loader):
    """Reads DynamoDB's files without looking through the folders of every service.

    That spares a cold start 7 %. The files are botocore's own, so it resolves the endpoint as
    ever.
    """

    def list_available_services(self, type_name: str) -> list[str]:
        """Name the one service; botocore asks before it reads a file of any type."""
        del type_name
        return ["dynamodb"]


_LOADER = _OneService()  # shared by the clients of a process, as it keeps what it has read


def client(region: str) -> Any:
    """Make a client whose calls end within 7 s when the table refuses, hangs or resets."""
    session = Session()
    session.register_component("data_loader", _LOADER)
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        # Putting botocore's own user agent together takes a tenth of a request's time.
        user_agent="user-api",
    )
    return session.create_client("dynamodb", region_name=region, config=config)


class Table:
    """Reads records by key."""

    def __init__(self, name: str, region: str) -> None:
        self._name = name
        self._client = client(region)

    def read(self, user_id: str) -> Reading:
        """Read the record of a user. Raises Problem."""
        try:
            answer = self._client.get_item(
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
        # botocore takes a body that is not JSON for an empty answer. Only the capacity, which
        # every request asks for, shows that DynamoDB itself knows no such user.
        raise Problem("DATABASE_ERROR", "neither record nor capacity")
    capacity = float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0))
    if not isfinite(capacity):
        raise Problem("DATABASE_ERROR", "the capacity is not a number")
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
