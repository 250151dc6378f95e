"""What was measured, against what is to be reached, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from tools.benchmarks.cost import (
    MB_OF_ONE_CPU,
    REQUESTS_PER_SECOND,
    TABLE_MS,
    Item,
    Settings,
)
from tools.benchmarks.measure import Measured


@dataclass(frozen=True)
class Target:
    """A figure, and the most it may be."""

    what: str
    value: float
    most: float
    unit: str = ""

    @property
    def reached(self) -> bool:
        """Whether the figure, as it is printed, is no more than it may be."""
        return round(self.value, 2) <= self.most


def targets(measured: Measured, asset_bytes: int) -> list[Target]:
    """The four figures that have a limit."""
    function, floor = measured.function, measured.floor
    return [
        Target("cold start, CPU, of the floor", function.cold_cpu / floor.cold_cpu, 0.90),
        Target("warm request, CPU, of the floor", function.warm_cpu / floor.warm_cpu, 1.00),
        Target("asset, zipped", asset_bytes / 1024, 30, " KB"),
        Target("log line of a request", measured.log_bytes, 700, " bytes"),
    ]


def page(
    measured: Measured,
    goals: Sequence[Target],
    items: Sequence[Item],
    stack: Settings,
    prices: dict[str, Any],
) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# What a request costs",
            "",
            f"Written by `python -m tools.benchmarks` on {datetime.now(UTC):%Y-%m-%d}"
            f" ({platform.machine()}, {os.cpu_count()} processors,"
            f" Python {platform.python_version()}, botocore {version('botocore')}). The floor is"
            ' a bare `boto3.client("dynamodb")` and one GetItem, measured in turn with the'
            " function on the same local table; all figures are medians.",
            "",
            *_goals(goals),
            "",
            *_figures(measured),
            "",
            *_bill(items, stack, prices),
            "",
        ]
    )


def _goals(goals: Sequence[Target]) -> list[str]:
    rows = (
        f"| {goal.what} | {goal.value:.2f}{goal.unit} | {goal.most:g}{goal.unit}"
        f" | {'yes' if goal.reached else '**no**'} |"
        for goal in goals
    )
    return ["| figure | measured | at most | reached |", "|---|---:|---:|---|", *rows]


def _figures(measured: Measured) -> list[str]:
    function, floor = measured.function, measured.floor
    rows = [
        ("cold start: fresh process to first answer, CPU ms", "cold_cpu"),
        ("warm request, CPU ms", "warm_cpu"),
        ("warm request, wall ms", "warm_wall"),
        ("peak memory after the first answer, MB", "peak"),
    ]
    return [
        "| | function | floor |",
        "|---|---:|---:|",
        *(f"| {what} | {getattr(function, n):.2f} | {getattr(floor, n):.2f} |" for what, n in rows),
    ]


def _bill(items: Sequence[Item], stack: Settings, prices: dict[str, Any]) -> list[str]:
    total = sum(item.dollars for item in items)
    return [
        "## Dollars per million requests",
        "",
        f"Stage `prod`, {prices['region']}, prices of {prices['date']} without free tier; every"
        " request reads a record of up to 4 KB. Compute is the measured CPU time, stretched to"
        f" the share of a processor that {stack.memory_mb} MB buy ({MB_OF_ONE_CPU} MB buy one),"
        f" and {TABLE_MS} ms taken for the way to DynamoDB. Traces are counted at the default"
        f" sampling for {REQUESTS_PER_SECOND} requests/s. Not counted: data transfer, storage,"
        " alarms, dashboard and custom metrics, which do not grow with requests.",
        "",
        "| | of one request | dollars per million |",
        "|---|---:|---:|",
        *(f"| {item.what} | {item.quantity} | {item.dollars:.2f} |" for item in items),
        f"| **in all** | | **{total:.2f}** |",
        "",
        "Sources:",
        "",
        *(
            f"- {price['what']}: {price['source']}"
            for price in prices.values()
            if isinstance(price, dict)
        ),
    ]
