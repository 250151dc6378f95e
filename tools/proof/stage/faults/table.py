"""Faults of the table: what clients get when it fails, and how it is deployed."""

from __future__ import annotations

from functools import partial

from tests_e2e.proxy import Behaviour, Request, Response
from tools.local_stage import RunningStage
from tools.proof.stage.edits import code, edits, header, status
from tools.proof.stage.fault import Clients, Fault, Undo

UNITS = {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}

table_unavailable_503 = partial(Fault, "table-unavailable-503")
table_on_demand = partial(Fault, "table-on-demand")
table_recoverable = partial(Fault, "table-recoverable")


def _remembers_503() -> Behaviour:
    """After the first 503 every answer is that one."""
    first: list[Response] = []

    def change(_: Request, response: Response) -> Response:
        if response.status == 503:
            first.append(response)
        return first[0] if first else response

    return edits(change)


def _provisioned(clients: Clients, running: RunningStage) -> Undo:
    dynamodb, table = clients("dynamodb"), running.outputs["TableName"]
    dynamodb.update_table(TableName=table, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    return lambda: dynamodb.update_table(TableName=table, BillingMode="PAY_PER_REQUEST")


def _not_recoverable(clients: Clients, running: RunningStage) -> Undo:
    def recovery(*, enabled: bool) -> None:
        clients("dynamodb").update_continuous_backups(
            TableName=running.outputs["TableName"],
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
        )

    recovery(enabled=False)
    return lambda: recovery(enabled=True)


FAULTS = (
    table_unavailable_503(
        "unavailable-as-500",
        "An unavailable table answers 500.",
        status(500, code("SERVICE_UNAVAILABLE")),
    ),
    table_unavailable_503(
        "retry-after-missing",
        "A 503 does not say when to ask again.",
        header("Retry-After", None, code("SERVICE_UNAVAILABLE")),
    ),
    table_unavailable_503(
        "unavailable-ever-after", "After one 503 every answer is 503.", _remembers_503()
    ),
    table_on_demand(
        "table-provisioned", "The table bills provisioned capacity.", change=_provisioned
    ),
    table_recoverable(
        "table-not-recoverable", "Point-in-time recovery is off.", change=_not_recoverable
    ),
)
