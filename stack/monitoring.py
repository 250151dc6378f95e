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
from stack.settings import Settings

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


@dataclass(frozen=True)
class Alarm:
    """Raised when the metric reaches the threshold in so many five-minute periods in a row."""

    metric: cloudwatch.Metric
    threshold: float
    periods: int
    meaning: str


class Monitoring(Construct):
    """The alarms, the `topic` that they publish to, and the dashboard."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, metrics: Metrics
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = alarm_topic(self, addresses=settings.alarm_addresses)
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
            ).add_alarm_action(SnsAction(self.topic))
        cloudwatch.Dashboard(self, "Dashboard", widgets=widgets(metrics))


def alarms(metrics: Metrics) -> Mapping[str, Alarm]:
    """Name -> alarm."""
    gateway, function, reads = metrics.gateway, metrics.function, metrics.reads
    return {
        # The average of this metric is the share of requests:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
        "ServerErrorRate": Alarm(
            gateway("5XXError", "Average"), 0.05, 1, "One answer in 20 is a 5xx error."
        ),
        "ServerErrors": Alarm(
            gateway("5XXError", "Sum"), 100, 1, "100 answers in five minutes are 5xx errors."
        ),
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
