"""On Powertools' logger, resolver and tracer, and boto3's `Table` resource.

As in its documentation: https://docs.aws.amazon.com/powertools/python/latest/.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError
from botocore.config import Config

from tools.benchmarks.peers.plain import plain

logger = Logger(service="user-api", level="INFO")
tracer = Tracer(service="user-api")
first, *others = os.environ["ALLOWED_ORIGINS"].split(",")
app = APIGatewayRestResolver(cors=CORSConfig(allow_origin=first, extra_origins=others))
config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
table = boto3.resource("dynamodb", config=config).Table(os.environ["TABLE_NAME"])


@app.get("/user/<user_id>")
@tracer.capture_method
def get_user(user_id: str) -> Response[str]:
    """Answer with the record of a user."""
    if len(user_id) > 128:
        raise BadRequestError("userId")
    found = table.get_item(
        Key={"userId": user_id}, ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
    )
    if "Item" not in found:
        raise NotFoundError("userId")
    data = json.dumps(found["Item"], default=plain, sort_keys=True)
    request_id = app.current_event.request_context.extended_request_id
    logger.info("answered", status=200, capacity=found["ConsumedCapacity"]["CapacityUnits"])
    return Response(
        status_code=200,
        content_type="application/json",
        headers={
            "X-Request-Id": request_id or "",
            "ETag": f'W/"{hashlib.sha256(data.encode()).hexdigest()[:32]}"',
            "Cache-Control": "private, no-cache",
        },
        body=f'{{"success":true,"requestId":"{request_id}","data":{data}}}',
    )


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway proxy event."""
    return app.resolve(event, context)
