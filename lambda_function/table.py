"""The users' table: one DynamoDB client, one consistent GetItem per request."""

from typing import Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004
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
_UNAVAILABLE_STATUS = {429, 502, 503, 504}


class Reading(NamedTuple):
    """What the table answered."""

    data: str | None  # the record as JSON text; None where there is no such user
    capacity: float  # consumed read capacity units


class Table:
    """Reads records. Two attempts of at most 3 s each, so a failure is known within 7 s."""

    def __init__(self, name: str, region: str) -> None:
        self._name = name
        config = Config(
            connect_timeout=1,
            read_timeout=2,
            retries={"total_max_attempts": 2},
            parameter_validation=False,
        )
        self._client: Any = Session().create_client("dynamodb", region_name=region, config=config)

    def read(self, user_id: str) -> Reading:
        """The record of a user. Raises Problem."""
        try:
            return _reading(self._get_item(user_id), user_id)
        except (ConnectionError, HTTPClientError) as error:
            raise Problem("SERVICE_UNAVAILABLE", type(error).__name__) from error
        except ClientError as error:
            raise _problem(error.response) from error
        except Exception as error:
            raise Problem("DATABASE_ERROR", type(error).__name__) from error

    def _get_item(self, user_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.get_item(
            TableName=self._name,
            Key={"userId": {"S": user_id}},
            ConsistentRead=True,
            ReturnConsumedCapacity="TOTAL",
        )
        return answer


def _reading(answer: dict[str, Any], user_id: str) -> Reading:
    attributes = answer.get("Item")
    if attributes and attributes["userId"] != {"S": user_id}:
        raise ValueError("another record than asked for")
    return Reading(
        data=values.record(attributes) if attributes else None,
        capacity=float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0)),
    )


def _problem(response: Any) -> Problem:
    code = str(response["Error"]["Code"])
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    unavailable = code in _THROTTLED or status in _UNAVAILABLE_STATUS
    return Problem("SERVICE_UNAVAILABLE" if unavailable else "DATABASE_ERROR", code)
