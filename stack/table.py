"""The table of users."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk.aws_dynamodb import (
    Attribute,
    AttributeType,
    Billing,
    PointInTimeRecoverySpecification,
    TableEncryptionV2,
    TableV2,
)
from constructs import Construct

from stack.settings import Settings


def users_table(scope: Construct, *, settings: Settings) -> TableV2:
    """Keyed by `userId`, on demand, recoverable; kept and undeletable where the data matters."""
    kept = settings.retain_data
    return TableV2(
        scope,
        "Users",
        partition_key=Attribute(name="userId", type=AttributeType.STRING),
        billing=Billing.on_demand(),
        point_in_time_recovery_specification=PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        encryption=TableEncryptionV2.aws_managed_key(),
        deletion_protection=kept,
        removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
    )
