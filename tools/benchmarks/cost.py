"""Dollars per million requests, from the template's own settings and a dated price table."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tools.template import Template

PRICES = Path(__file__).with_name("prices.toml")

# At 1,769 MB a function has the equivalent of one processor:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MB_OF_ONE_CPU = 1769
# What the local table does not show: the way to DynamoDB and back. Taken, not measured.
TABLE_MS = 5
# Traffic that the trace share is computed for.
REQUESTS_PER_SECOND = 10
# The execution log of a request at level INFO with data trace: about 16 events with the event, the
# answer and their headers. Taken, after the example on
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
EXECUTION_LOG_EVENTS = (330,) * 16
# A proxy event as a function prints it. Taken, after the example on
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
WHOLE_EVENT_BYTES = 2600
# Beside its message an event counts 26 bytes:
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
EVENT_BYTES = 26


@dataclass(frozen=True)
class Settings:
    """What the template says and the price depends on."""

    memory_mb: int
    architecture: str
    tracing: bool
    access_log_bytes: int
    variables: dict[str, str]  # of the function, its table's name apart
    system_log: bool = True  # Lambda writes its two events for each request
    # X-Ray records so many requests of each second, and a share of the others; by default:
    # https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
    traces_per_second: int = 1
    trace_percent: int = 5
    more_events: tuple[int, ...] = ()  # bytes of what else is logged for a request

    @property
    def traced_share(self) -> float:
        """The share of requests that X-Ray records."""
        if not self.tracing:
            return 0.0
        first = min(self.traces_per_second, REQUESTS_PER_SECOND)
        others = (REQUESTS_PER_SECOND - first) * self.trace_percent / 100
        return (first + others) / REQUESTS_PER_SECOND


def usual(stack: Settings) -> Settings:
    """Return the settings that tutorials use: everything is logged, tracing is at its default."""
    return replace(
        stack,
        system_log=True,
        traces_per_second=1,
        trace_percent=5,
        more_events=(*EXECUTION_LOG_EVENTS, WHOLE_EVENT_BYTES),
    )


def levers(stack: Settings) -> dict[str, Settings]:
    """Return what a stage may set otherwise, each alone."""
    return {
        "X-Ray's default sampling": replace(stack, traces_per_second=1, trace_percent=5),
        "no tracing": replace(stack, tracing=False),
        "Lambda's system log at INFO": replace(stack, system_log=True),
        "256 MB of memory": replace(stack, memory_mb=256),
        "1,769 MB of memory": replace(stack, memory_mb=MB_OF_ONE_CPU),
    }


@dataclass(frozen=True)
class Item:
    """One line of the bill."""

    what: str
    quantity: str  # of one request
    dollars: float  # per million requests


def settings(template: Template, *, traces_per_second: int, trace_percent: int) -> Settings:
    """Read the settings; those of the sampling rule stand in cdk.json, not in the template.

    Raises AssertionError where the template is not of this stack.
    """
    function = template.only("AWS::Lambda::Function")
    log_format = template.only("AWS::ApiGateway::Stage").at("AccessLogSetting", "Format")
    variables = function.properties["Environment"]["Variables"]
    return Settings(
        memory_mb=int(function.at("MemorySize")),
        architecture=function.at("Architectures", 0),
        tracing=function.at("TracingConfig", "Mode") == "Active",
        access_log_bytes=len(re.sub(r"\$context\.[\w.]+", "x" * 20, log_format)),
        variables={name: value for name, value in variables.items() if isinstance(value, str)},
        system_log=function.at("LoggingConfig", "SystemLogLevel") != "WARN",
        traces_per_second=traces_per_second,
        trace_percent=trace_percent,
    )


def milliseconds(stack: Settings, cpu_ms: float) -> int:
    """Return what a warm request lasts, as billed: its CPU time and the way to the table."""
    return math.ceil(cpu_ms * max(1, MB_OF_ONE_CPU / stack.memory_mb) + TABLE_MS)


def bill(stack: Settings, *, cpu_ms: float, log_bytes: int, prices: dict[str, Any]) -> list[Item]:
    """The lines of the bill for a million requests that each read a record of up to 4 KB."""
    if stack.architecture != "arm64":
        raise ValueError(f"the price table knows arm64 alone, not {stack.architecture}")
    billed = milliseconds(stack, cpu_ms)
    gb_seconds = stack.memory_mb / 1024 * billed / 1000
    platform = map(len, prices["platform_events"]) if stack.system_log else ()
    sizes = (log_bytes, stack.access_log_bytes, *platform, *stack.more_events)
    bytes_logged = sum(size + EVENT_BYTES for size in sizes)
    traces = stack.traced_share
    quantities = {
        "gateway_request": (1, "1"),
        "function_request": (1, "1"),
        "function_gb_second": (gb_seconds, f"{billed} ms at {stack.memory_mb} MB"),
        "read_request_unit": (1, "1"),
        "log_gb": (bytes_logged / 1e9, f"{bytes_logged} bytes in {len(sizes)} events"),
        "trace": (traces, f"{traces:.1%} of requests"),
    }
    return [
        Item(prices[name]["what"], words, 1e6 * quantity * prices[name]["dollars"])
        for name, (quantity, words) in quantities.items()
    ]


def prices() -> dict[str, Any]:
    """The price table."""
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))
