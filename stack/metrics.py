"""Where the numbers of alarms and dashboard come from: plain metrics, no metric math."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_cloudwatch import Metric
from aws_cdk.aws_dynamodb import TableV2

FIVE_MINUTES = Duration.minutes(5)


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Metrics of one stage by name and statistic, over five minutes."""

    stage: apigateway.Stage
    backend: lambda_.Function
    users: TableV2

    def gateway(self, name: str, statistic: str) -> Metric:
        """Of the API's stage."""
        return self.stage.metric(name, statistic=statistic, period=FIVE_MINUTES)

    def function(self, name: str, statistic: str) -> Metric:
        """Of the function, all versions together."""
        return self.backend.metric(name, statistic=statistic, period=FIVE_MINUTES)

    def table(self, name: str, statistic: str) -> Metric:
        """Of the table as a whole."""
        return self._table(name, statistic)

    def reads(self, name: str, statistic: str) -> Metric:
        """Of the one operation on the table that the function uses."""
        return self._table(name, statistic, Operation="GetItem")

    def _table(self, name: str, statistic: str, **dimensions: str) -> Metric:
        return self.users.metric(
            name,
            statistic=statistic,
            period=FIVE_MINUTES,
            dimensions_map={"TableName": self.users.table_name, **dimensions},
        )
