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
from tools import pages
from tools.benchmarks import cost
from tools.benchmarks.cost import Item, Settings, bill, levers, usual
from tools.benchmarks.measure import Measured
from tools.benchmarks.tricks import TRICKS

_TEMPLATES = pages.templates(Path(__file__).parent)


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
    """Write the whole page: its text is report.md.jinja."""
    total = _total(measured, stack, prices)
    return _TEMPLATES.get_template("report.md.jinja").render(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        versions={
            "python": platform.python_version(),
            "botocore": version("botocore"),
            "powertools": version("aws-lambda-powertools"),
        },
        processors=f"{os.cpu_count()} processors {processor()}",
        goals=goals,
        measured=measured,
        labels=LABELS,
        stack=stack,
        cost=cost,
        prices=prices,
        bills=list(zip(*(_bill(measured, s, prices) for s in (stack, usual(stack))), strict=True)),
        levers={
            name: _total(measured, other, prices) - total for name, other in levers(stack).items()
        },
    )


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


def _bill(measured: Measured, stack: Settings, prices: dict[str, Any]) -> list[Item]:
    cpu_ms = measured.function.warm_cpu
    return bill(stack, cpu_ms=cpu_ms, log_bytes=measured.log_bytes, prices=prices)


def _total(measured: Measured, stack: Settings, prices: dict[str, Any]) -> float:
    return sum(item.dollars for item in _bill(measured, stack, prices))


def bill_target(measured: Measured, stack: Settings, prices: dict[str, Any]) -> Target:
    """The bill of a million requests."""
    return Target("dollars per million requests", _total(measured, stack, prices), 4.60)
