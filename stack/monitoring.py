"""Alarms to a topic, and a dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.aws_cloudwatch_actions import SnsAction
from constructs import Construct

from stack.alarm_topic import alarm_topic
from stack.dashboard import widgets
from stack.metrics import Metrics

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


@dataclass(frozen=True)
class Alarm:
    """Raised when the metric reaches the threshold in so many five-minute periods in a row."""

    metric: cloudwatch.Metric
    threshold: float
    periods: int
    meaning: str


class Monitoring(Construct):
    """The topic, the alarms that publish to it, and the dashboard."""

    def __init__(self, scope: Construct, construct_id: str, *, metrics: Metrics) -> None:
        super().__init__(scope, construct_id)
        topic = alarm_topic(self)
        for name, alarm in alarms(metrics).items():
            cloudwatch.Alarm(
                self,
                name,
                metric=alarm.metric,
                threshold=alarm.threshold,
                evaluation_periods=alarm.periods,
                comparison_operator=AT_LEAST,
                # No requests, no data points: a quiet service is a healthy one.
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
                alarm_description=alarm.meaning,
            ).add_alarm_action(SnsAction(topic))
        cloudwatch.Dashboard(self, "Dashboard", widgets=widgets(metrics))


def alarms(metrics: Metrics) -> Mapping[str, Alarm]:
    """Name -> alarm."""
    gateway, function, reads = metrics.gateway, metrics.function, metrics.reads
    return {
        "ServerErrors": Alarm(gateway("5XXError", "Sum"), 5, 1, "The API answers with 5xx errors."),
        "SlowAnswers": Alarm(
            gateway("Latency", "p99"), 1000, 3, "One answer in 100 takes over a second."
        ),
        "FunctionErrors": Alarm(
            function("Errors", "Sum"), 1, 1, "The function failed to answer at all."
        ),
        "FunctionThrottles": Alarm(
            function("Throttles", "Sum"), 1, 1, "The account's concurrency is used up."
        ),
        "TableThrottles": Alarm(
            reads("ThrottledRequests", "Sum"), 1, 1, "The table refuses reads."
        ),
        "TableErrors": Alarm(reads("SystemErrors", "Sum"), 1, 1, "DynamoDB fails to answer."),
    }
