"""Alarms to a topic, and a dashboard. Who is told is subscribed to the topic by hand, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Aws, Duration, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_dynamodb import TableV2
from constructs import Construct

FIVE_MINUTES = Duration.minutes(5)


@dataclass(frozen=True)
class Alarm:
    """Raised when the metric reaches the threshold in so many five-minute periods in a row."""

    metric: cloudwatch.Metric
    threshold: float
    periods: int
    meaning: str


class Monitoring(Construct):
    """`topic`, the alarms that publish to it, and the dashboard."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: apigateway.Stage,
        function: lambda_.Function,
        table: TableV2,
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = alarm_topic(self)
        metrics = Metrics(stage=stage, function=function, table=table)
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


AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


class Metrics:
    """Where the numbers come from: plain metrics, no metric math."""

    def __init__(
        self, *, stage: apigateway.Stage, function: lambda_.Function, table: TableV2
    ) -> None:
        self._stage = stage
        self._function = function
        self._table = table

    def gateway(self, name: str, statistic: str) -> cloudwatch.Metric:
        return self._stage.metric(name, statistic=statistic, period=FIVE_MINUTES)

    def function(self, name: str, statistic: str) -> cloudwatch.Metric:
        return self._function.metric(name, statistic=statistic, period=FIVE_MINUTES)

    def reads(self, name: str, statistic: str) -> cloudwatch.Metric:
        """Of the one operation the function uses."""
        return self.table(name, statistic, {"Operation": "GetItem"})

    def table(
        self, name: str, statistic: str, dimensions: Mapping[str, str] | None = None
    ) -> cloudwatch.Metric:
        return self._table.metric(
            name,
            statistic=statistic,
            period=FIVE_MINUTES,
            dimensions_map={"TableName": self._table.table_name, **(dimensions or {})},
        )


def alarms(metrics: Metrics) -> Mapping[str, Alarm]:
    """Name -> alarm."""
    return {
        "ServerErrors": Alarm(
            metrics.gateway("5XXError", "Sum"), 5, 1, "The API answers with 5xx errors."
        ),
        "SlowAnswers": Alarm(
            metrics.gateway("Latency", "p99"), 1000, 3, "One answer in 100 takes over a second."
        ),
        "FunctionErrors": Alarm(
            metrics.function("Errors", "Sum"), 1, 1, "The function failed to answer at all."
        ),
        "FunctionThrottles": Alarm(
            metrics.function("Throttles", "Sum"), 1, 1, "The account's concurrency is used up."
        ),
        "TableThrottles": Alarm(
            metrics.reads("ThrottledRequests", "Sum"), 1, 1, "The table refuses reads."
        ),
        "TableErrors": Alarm(
            metrics.reads("SystemErrors", "Sum"), 1, 1, "DynamoDB fails to answer."
        ),
    }


def widgets(metrics: Metrics) -> Sequence[Sequence[cloudwatch.IWidget]]:
    """Two rows: what clients see, and what is behind it."""
    return [
        [
            _graph("Requests", metrics.gateway("Count", "Sum")),
            _graph(
                "Errors", metrics.gateway("4XXError", "Sum"), metrics.gateway("5XXError", "Sum")
            ),
            _graph("Latency", metrics.gateway("Latency", "p50"), metrics.gateway("Latency", "p99")),
        ],
        [
            _graph(
                "Function",
                metrics.function("Invocations", "Sum"),
                metrics.function("Errors", "Sum"),
                metrics.function("Throttles", "Sum"),
            ),
            _graph(
                "Table",
                metrics.table("ConsumedReadCapacityUnits", "Sum"),
                metrics.reads("ThrottledRequests", "Sum"),
                metrics.reads("SystemErrors", "Sum"),
            ),
            _graph("Table latency", metrics.reads("SuccessfulRequestLatency", "p99")),
        ],
    ]


def _graph(title: str, *lines: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(lines), width=8)


def alarm_topic(scope: Construct) -> sns.Topic:
    """Only this account's alarms may publish, and only over TLS.

    A topic policy replaces the default one, so CloudWatch needs its own statement. The topic is
    not encrypted: CloudWatch cannot use the AWS-managed key, and the messages hold no user data.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    topic = sns.Topic(scope, "Alarms")
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            principals=[iam.StarPrincipal()],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
    )
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnLike": {
                    "aws:SourceArn": Stack.of(scope).format_arn(
                        service="cloudwatch", resource="alarm:*"
                    )
                },
            },
        )
    )
    return topic
