"""Whether the stage answers and AWS accepts the credentials: checked once, before any check.

Each function returns one line that says what is wrong, or None.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import uuid

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tests_e2e.target import Target

CONNECT_SECONDS = 4
PATIENCE_SECONDS = 8  # a name server that does not answer has no timeout


def stage_problem(target: Target) -> str | None:
    """Why no HTTP answer comes from the URL."""
    result: list[str | None] = []
    thread = threading.Thread(target=lambda: result.append(_try_stage(target)), daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    reason = result[0] if result else f"no answer within {PATIENCE_SECONDS} s"
    return reason and f"--stage-url {target.url}: {reason}"


def _try_stage(target: Target) -> str | None:
    connection = http.client.HTTPSConnection(
        target.host, target.port, timeout=CONNECT_SECONDS, context=target.tls_context()
    )
    try:
        connection.request("GET", f"{target.base_path}/")
        connection.getresponse().read()
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted ({error.verify_message}); --ca-bundle names its CA"
    except ssl.SSLError as error:
        return f"it speaks no TLS that is accepted here ({error.reason})"
    except socket.gaierror as error:
        return f"its host is not known ({error.strerror})"
    except (OSError, http.client.HTTPException) as error:
        return f"nobody serves it ({getattr(error, 'strerror', None) or error or 'no answer'})"
    finally:
        connection.close()
    return None


def _signing_problem(target: Target, session: boto3.Session) -> str | None:
    if session.get_credentials() is None:
        return "--auth iam: no AWS credentials in the environment"
    if not (target.region or session.region_name):
        return "--auth iam: no AWS region in the environment"
    return None


def access_problem(target: Target) -> str | None:
    """Why the AWS credentials of the environment do not reach the stack or the table."""
    option = "--stack-name" if target.stack_name else "--table-name"
    name = target.stack_name or target.table_name
    try:
        if target.stack_name:
            boto3.client("cloudformation").describe_stacks(StackName=target.stack_name)
        elif target.table_name:
            boto3.client("dynamodb").delete_item(
                TableName=target.table_name, Key={"userId": {"S": f"e2e-{uuid.uuid4().hex}"}}
            )
        if target.signs:
            return _signing_problem(target, boto3.Session())
    except ClientError as error:
        return f"{option} {name}: {error.response['Error']['Message']}"
    except BotoCoreError as error:
        return f"{option} {name}: {error}"
    return None
