"""On boto3's `Table` resource, with the standard library's `json` and `logging`."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sys
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

from tools.benchmarks.peers.plain import plain

CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
TABLE = boto3.resource("dynamodb", config=CONFIG).Table(os.environ["TABLE_NAME"])
ORIGINS = os.environ["ALLOWED_ORIGINS"].split(",")

logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.INFO)
logging.getLogger("botocore").setLevel(logging.WARNING)
logger = logging.getLogger(__name__)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer GET /user/{userId}."""
    request_id = event["requestContext"]["extendedRequestId"]
    user_id = event["pathParameters"]["userId"]
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", user_id):
        raise ValueError(user_id)
    found = TABLE.get_item(
        Key={"userId": user_id}, ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
    )
    data = json.dumps(found["Item"], default=plain, sort_keys=True)
    origin = event["headers"]["Origin"]
    timestamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {
        "timestamp": timestamp,
        "level": "INFO",
        "requestId": request_id,
        "invocationId": context.aws_request_id,
        "userId": user_id,
        "status": 200,
        "capacity": found["ConsumedCapacity"]["CapacityUnits"],
    }
    logger.info(json.dumps(line))
    body = {
        "success": True,
        "timestamp": timestamp,
        "requestId": request_id,
        "data": json.loads(data),
    }
    return {
        "statusCode": 200,
        "headers": {
            "Content-Type": "application/json",
            "X-Request-Id": request_id,
            "ETag": f'W/"{hashlib.sha256(data.encode()).hexdigest()[:32]}"',
            "Cache-Control": "private, no-cache",
            "Vary": "Origin",
            **({"Access-Control-Allow-Origin": origin} if origin in ORIGINS else {}),
        },
        "body": json.dumps(body),
    }
