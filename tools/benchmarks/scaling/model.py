"""The arithmetic: which limit is met at which load, and what a load costs in a month."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

from lambda_function import table
from tools.benchmarks import cost
from tools.template import Template

FIGURES = Path(__file__).with_name("figures.toml")
SECONDS_OF_MONTH = 730 * 3600
# Measured: results.md, the function's warm request and its log line.
CPU_MS, LOG_BYTES = 0.8, 365


@dataclass(frozen=True)
class Figure:
    """A quota or price of AWS; `adjustable` where AWS raises it on request."""

    value: Any
    what: str
    source: str
    adjustable: bool = False


@dataclass(frozen=True)
class Stack:
    """The settings of a stage that decide how much it serves."""

    rate_limit: float  # requests/s of each method
    burst_limit: int
    timeout_seconds: int
    consistent: bool
    bill: cost.Settings

    @property
    def read_units(self) -> float:
        """Read units of one record of up to 4 KB."""
        return 1 if self.consistent else 0.5

    @property
    def seconds(self) -> float:
        """How long a warm request occupies the function."""
        return cost.milliseconds(self.bill, CPU_MS) / 1000


@dataclass(frozen=True)
class Ceiling:
    """A load in requests/s above which requests are refused, and what raises it."""

    name: str
    rate: float
    remedy: str


@dataclass(frozen=True)
class Need:
    """What a load takes."""

    rate: float
    environments: int
    read_units: float
    ramp_seconds: float
    warm_minutes: int


def figures() -> dict[str, Figure]:
    """Read the quotas and prices, without their date."""
    content = tomllib.loads(FIGURES.read_text(encoding="utf-8"))
    return {name: Figure(**fields) for name, fields in content.items() if name != "date"}


def stack(template: Template, bill: cost.Settings) -> Stack:
    """Read the settings from the template, and the kind of read from the function itself."""
    function = template.only("AWS::Lambda::Function")
    methods = template.only("AWS::ApiGateway::Stage").at("MethodSettings", 0)
    return Stack(
        rate_limit=methods["ThrottlingRateLimit"],
        burst_limit=methods["ThrottlingBurstLimit"],
        timeout_seconds=function.at("Timeout"),
        consistent=_reads_consistently(),
        bill=bill,
    )


def _reads_consistently() -> bool:
    client = mock.Mock()
    client.get_item.return_value = {
        "ConsumedCapacity": {"CapacityUnits": 1.0},
        "ResponseMetadata": {"RetryAttempts": 0},
    }
    with mock.patch.object(table, "client", return_value=client):
        table.Table("users", "us-east-1").read("ada")
    return bool(client.get_item.call_args.kwargs.get("ConsistentRead"))


def ceilings(stack: Stack, quotas: Mapping[str, Figure]) -> list[Ceiling]:
    """List what limits a region, the lowest first. One record's own limit is `record_rate`."""
    per_environment = min(1 / stack.seconds, quotas["environment_rate"].value)
    found = [
        Ceiling("the stage's `rate_limit`", stack.rate_limit, "a setting in `cdk.json`"),
        Ceiling(
            "API Gateway's requests of the account",
            quotas["gateway_rate"].value,
            "a request to AWS, and then the upper bound in `stack/settings.py`",
        ),
        Ceiling(
            "Lambda's concurrency of the account",
            quotas["concurrency"].value * per_environment,
            "a request to AWS",
        ),
        Ceiling(
            "the table, when it is new",
            quotas["new_table_read_units"].value / stack.read_units,
            "time, or `WarmThroughput` of the table",
        ),
        Ceiling(
            "DynamoDB's quota of a table",
            quotas["table_read_units"].value / stack.read_units,
            "a request to AWS",
        ),
    ]
    return sorted(found, key=lambda ceiling: ceiling.rate)


def binding(rate: float, limits: Sequence[Ceiling]) -> list[Ceiling]:
    """Return the ceilings that are lower than a load, in the order in which it meets them."""
    return [ceiling for ceiling in limits if ceiling.rate < rate]


def record_rate(stack: Stack, quotas: Mapping[str, Figure]) -> float:
    """Return how many requests/s for one and the same user the table answers."""
    return float(quotas["partition_read_units"].value / stack.read_units)


def need(rate: float, stack: Stack, quotas: Mapping[str, Figure]) -> Need:
    """Return what a load takes, once no quota refuses it, and how long a jump to it lasts."""
    environments = math.ceil(rate * max(stack.seconds, 1 / quotas["environment_rate"].value))
    step = quotas["environments_each_ten_seconds"].value
    units = rate * stack.read_units
    doublings = max(0, math.ceil(math.log2(units / quotas["new_table_read_units"].value)))
    return Need(
        rate=rate,
        environments=environments,
        read_units=units,
        # The first step is available at once, the next ones come in continuously.
        ramp_seconds=max(0, environments - step) / step * 10,
        warm_minutes=doublings * quotas["doubling_minutes"].value,
    )


def hanging_rate(stack: Stack, quotas: Mapping[str, Figure]) -> float:
    """Return the load that takes all concurrency where each request lasts until the timeout."""
    return float(quotas["concurrency"].value / stack.timeout_seconds)


def eventual(stack: Stack) -> Stack:
    """Return the same stack with eventually consistent reads."""
    return replace(stack, consistent=False)


def behind_gateway(stack: Stack) -> float:
    """Return the dollars of a million requests without API Gateway's own price."""
    items = cost.bill(stack.bill, cpu_ms=CPU_MS, log_bytes=LOG_BYTES, prices=cost.prices())
    read = 1e6 * _price("read_request_unit")
    return sum(item.dollars for item in items[1:]) - read * (1 - stack.read_units)


def saved_by_gateway_cache(stack: Stack) -> float:
    """Return the dollars of a million requests that the function and the table do not see."""
    access_log = (stack.bill.access_log_bytes + cost.EVENT_BYTES) / 1e3 * _price("log_gb")
    return behind_gateway(stack) - access_log - 1e6 * stack.bill.traced_share * _price("trace")


def _price(name: str) -> float:
    return float(cost.prices()[name]["dollars"])


def gateway(millions: float, tiers: Sequence[tuple[float, float]]) -> float:
    """Return the dollars of so many million requests a month, tier by tier."""
    dollars, below = 0.0, 0.0
    for end, price in tiers:
        top = millions if end < 0 else min(millions, end)
        dollars += max(0.0, top - below) * price
        below = max(below, top)
    return dollars


def month(rate: float, stack: Stack, prices: Mapping[str, Figure]) -> float:
    """Return the dollars of a month at a steady load in requests/s."""
    millions = rate * SECONDS_OF_MONTH / 1e6
    return gateway(millions, prices["gateway_tiers"].value) + millions * behind_gateway(stack)


def in_client(rate: float, hits: float, stack: Stack, prices: Mapping[str, Figure]) -> float:
    """Return a month's dollars where a share of requests is answered by the client's own cache."""
    return month(rate * (1 - hits), stack, prices)


def in_cloudfront(rate: float, hits: float, stack: Stack, prices: Mapping[str, Figure]) -> float:
    """Return a month's dollars where CloudFront answers a share of requests itself."""
    millions = rate * SECONDS_OF_MONTH / 1e6
    edge = millions * float(prices["cloudfront_million"].value)
    return edge + in_client(rate, hits, stack, prices)


def in_gateway(rate: float, hits: float, stack: Stack, prices: Mapping[str, Figure]) -> float:
    """Return a month's dollars where API Gateway's cache answers a share of requests."""
    millions = rate * SECONDS_OF_MONTH / 1e6
    cache = SECONDS_OF_MONTH / 3600 * float(prices["gateway_cache_hour"].value)
    saved = hits * millions * saved_by_gateway_cache(stack)
    return cache + month(rate, stack, prices) - saved


CACHES = {
    "Cache-Control: the client keeps it": in_client,
    "CloudFront keeps it": in_cloudfront,
    "API Gateway keeps it": in_gateway,
}
