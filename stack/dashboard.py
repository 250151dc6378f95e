"""What the dashboard shows."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk.aws_cloudwatch import GraphWidget, IMetric, IWidget

from stack.metrics import Metrics


def widgets(metrics: Metrics) -> Sequence[Sequence[IWidget]]:
    """Two rows of three: what clients see, and what is behind it."""
    gateway, function, reads = metrics.gateway, metrics.function, metrics.reads
    return [
        [
            _graph("Requests", gateway("Count", "Sum")),
            _graph("Errors", gateway("4XXError", "Sum"), gateway("5XXError", "Sum")),
            _graph("Latency", gateway("Latency", "p50"), gateway("Latency", "p99")),
        ],
        [
            _graph(
                "Function",
                function("Invocations", "Sum"),
                function("Errors", "Sum"),
                function("Throttles", "Sum"),
            ),
            _graph(
                "Table",
                metrics.table("ConsumedReadCapacityUnits", "Sum"),
                reads("ThrottledRequests", "Sum"),
                reads("SystemErrors", "Sum"),
            ),
            _graph("Table latency", reads("SuccessfulRequestLatency", "p99")),
        ],
    ]


def _graph(title: str, *lines: IMetric) -> GraphWidget:
    return GraphWidget(title=title, left=list(lines), width=8)
