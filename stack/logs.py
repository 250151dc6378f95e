"""The log groups of the stack, all kept for the same time."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import LogGroup, RetentionDays
from constructs import Construct

RETENTION = RetentionDays.ONE_WEEK


def log_group(scope: Construct, construct_id: str, *, name: str | None = None) -> LogGroup:
    """Return a log group that is deleted with the stack; AWS names it unless `name` does."""
    return LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=RETENTION,
        removal_policy=RemovalPolicy.DESTROY,
    )
