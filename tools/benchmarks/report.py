"""What was measured, against what is to be reached, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contract.stages import LOG_LINE_BYTES
from tools.benchmarks.cost import (
    MB_OF_ONE_CPU,
    REQUESTS_PER_SECOND,
    TABLE_MS,
    Item,
    Settings,
    bill,
    levers,
    usual,
)
from tools.benchmarks.measure import Measured
from tools.benchmarks.tricks import TRICKS


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
    """List the figures that have a limit."""
    function, floor = measured.function, measured.floor
    return [
        Target("cold start, CPU, of the floor", function.cold_cpu / floor.cold_cpu, 0.80),
        Target("warm request, CPU, of the floor", function.warm_cpu / floor.warm_cpu, 1.00),
        *(
            Target(f"with {trick.what}, of without", _kept(measured, name), 0.95)
            for name, trick in TRICKS.items()
        ),
        Target("asset, zipped", asset_bytes / 1024, 30, " KB"),
        Target("log line of a request", measured.log_bytes, LOG_LINE_BYTES, " bytes"),
    ]


def _kept(measured: Measured, name: str) -> float:
    """Give the share of the trick's figure that is left with it."""
    figure = TRICKS[name].figure
    without = getattr(measured.of[f"without-{name}"], figure)
    return float(getattr(measured.function, figure) / without)


def page(
    measured: Measured,
    goals: Sequence[Target],
    stack: Settings,
    prices: dict[str, Any],
) -> str:
    """Write the whole page."""
    return "\n".join(
        [
            "# What a request costs",
            "",
            f"Written by `python -m tools.benchmarks` on {datetime.now(UTC):%Y-%m-%d}"
            f" on Python {platform.python_version()}, botocore {version('botocore')},"
            f" Powertools {version('aws-lambda-powertools')} and {os.cpu_count()} processors"
            f" {processor()}. The floor is a bare `boto3.client("
            '"dynamodb")` and one GetItem. All are measured in turn on the same local table; the'
            " figures are medians.",
            "",
            *_goals(goals),
            "",
            *_figures(measured),
            "",
            *_bill(measured, stack, prices),
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


def processor() -> str:
    """Name the processor, by its model where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


LABELS = {
    "function": "the function",
    "floor": "floor: the bare client",
    "table-resource": "peer: boto3's `Table` resource, `json`, `logging`",
    "powertools": "peer: Powertools' logger, resolver and tracer (requests not sampled)",
    **{f"without-{name}": f"the function without: {trick.what}" for name, trick in TRICKS.items()},
}


def _figures(measured: Measured) -> list[str]:
    """A row for each subject: a cold start is a fresh process up to its first answer."""
    floor = measured.floor
    return [
        "| | cold start, CPU ms | of the floor | warm request, CPU ms | of the floor | wall ms"
        " | peak memory, MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {LABELS[name]} | {one.cold_cpu:.0f} | {one.cold_cpu / floor.cold_cpu:.2f}"
            f" | {one.warm_cpu:.2f} | {one.warm_cpu / floor.warm_cpu:.2f}"
            f" | {one.warm_wall:.2f} | {one.peak:.0f} |"
            for name, one in measured.of.items()
        ),
    ]


def _items(measured: Measured, stack: Settings, prices: dict[str, Any]) -> list[Item]:
    cpu_ms = measured.function.warm_cpu
    return bill(stack, cpu_ms=cpu_ms, log_bytes=measured.log_bytes, prices=prices)


def bill_target(measured: Measured, stack: Settings, prices: dict[str, Any]) -> Target:
    """The bill of a million requests."""
    total = sum(item.dollars for item in _items(measured, stack, prices))
    return Target("dollars per million requests", total, 4.60)


def _bill(measured: Measured, stack: Settings, prices: dict[str, Any]) -> list[str]:
    ours, theirs = (_items(measured, one, prices) for one in (stack, usual(stack)))
    totals = [sum(item.dollars for item in items) for items in (ours, theirs)]
    rows = [
        (own.what, own.quantity, f"{own.dollars:.2f}", other.quantity, f"{other.dollars:.2f}")
        for own, other in zip(ours, theirs, strict=True)
    ]
    changes = {
        name: sum(item.dollars for item in _items(measured, other, prices)) - totals[0]
        for name, other in levers(stack).items()
    }
    return [
        "## Dollars per million requests",
        "",
        f"Stage `prod`, {prices['region']}, prices of {prices['date']} without free tier; every"
        " request reads a record of up to 4 KB. Compute is the measured CPU time, stretched to"
        f" the share of a processor that {stack.memory_mb} MB buy ({MB_OF_ONE_CPU} MB buy one),"
        f" and {TABLE_MS} ms taken for the way to DynamoDB. Traces are counted for"
        f" {REQUESTS_PER_SECOND} requests/s. The usual tutorial has the execution log at INFO with"
        " data trace, prints the whole event, and leaves tracing at its default; the size of these"
        " logs is taken from AWS's examples. Not counted: data transfer, storage,"
        " alarms, dashboard and custom metrics, which do not grow with requests.",
        "",
        "| | of one request | dollars per million | in the usual tutorial | dollars |",
        "|---|---:|---:|---:|---:|",
        *(f"| {' | '.join(row)} |" for row in rows),
        f"| **in all** | | **{totals[0]:.2f}** | | **{totals[1]:.2f}** |",
        "",
        "What one setting alone would change:",
        "",
        "| lever | dollars per million |",
        "|---|---:|",
        *(f"| {name} | {change:+.2f} |" for name, change in changes.items()),
        "",
        "Sources:",
        "",
        *(
            f"- {price['what']}: {price['source']}"
            for price in prices.values()
            if isinstance(price, dict)
        ),
    ]
