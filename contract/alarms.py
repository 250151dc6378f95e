"""The alarms that every stage has, written down by hand.

Not read from the stack: an alarm that is missing there, differs, or is not promised here must turn
the tests red.
"""

from __future__ import annotations

from dataclasses import dataclass

PERIOD_SECONDS = 300


@dataclass(frozen=True)
class Alarm:
    """An alarm that rings when its metric reaches the threshold in so many periods in a row.

    `source` is what the metric belongs to: the stage of the gateway, the function, or the reads
    of the table.
    """

    name: str
    source: str
    metric: str
    statistic: str
    threshold: float
    periods: int = 1


ALARMS = (
    Alarm("ServerErrorRate", "gateway", "5XXError", "Average", 0.05),
    Alarm("ServerErrors", "gateway", "5XXError", "Sum", 100),
    Alarm("SlowAnswers", "gateway", "Latency", "p99", 1000, periods=3),
    Alarm("FunctionErrors", "function", "Errors", "Sum", 1),
    Alarm("FunctionThrottles", "function", "Throttles", "Sum", 1),
    Alarm("TableThrottles", "reads", "ThrottledRequests", "Sum", 1),
    Alarm("TableErrors", "reads", "SystemErrors", "Sum", 1),
)
