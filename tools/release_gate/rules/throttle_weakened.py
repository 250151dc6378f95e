"""Requests are throttled at a higher rate or burst than before, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from tools.release_gate.comparison import Resource, number, values
from tools.release_gate.findings import Change, Finding, Rule
from tools.release_gate.method_settings import DEFAULT, compared, method_settings

RULE = Rule(
    "throttle-weakened",
    severity="high",
    why="A flood of requests reaches the function and the table, and has to be paid for.",
)
LIMITS = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
# The limits of other resources.
OTHERS = {
    "AWS::ApiGateway::UsagePlan": "Throttle/RateLimit Throttle/BurstLimit Quota/Limit",
    "AWS::ApiGatewayV2::Stage": (
        "DefaultRouteSettings/ThrottlingRateLimit DefaultRouteSettings/ThrottlingBurstLimit"
    ),
}
UNLIMITED = float("inf")


def findings(change: Change) -> Iterator[Finding]:
    for pair in change.pairs("AWS::ApiGateway::Stage"):
        for method, before, after in compared(pair):
            for limit in LIMITS:
                was, now = _limit(before.get(limit)), _limit(after.get(limit))
                if now > was:
                    place = f"{limit} of {method}"
                    yield RULE.finding(
                        pair.path, before=f"{place}: {was:g}", after=f"{place}: {now:g}"
                    )
    for stage in change.added("AWS::ApiGateway::Stage"):
        for limit in LIMITS:
            now = _limit(method_settings(stage).get(DEFAULT, {}).get(limit))
            if now == UNLIMITED:
                yield RULE.finding(stage.path, before="no such stage", after=f"{limit} {now:g}")
    for pair in change.pairs(*OTHERS):
        for pointer in OTHERS[pair.after.type].split():
            was, now = _at(pair.before, pointer), _at(pair.after, pointer)
            if now > was:
                yield RULE.finding(
                    pair.path, before=f"{pointer} {was:g}", after=f"{pointer} {now:g}"
                )


def _at(resource: Resource, pointer: str) -> float:
    return _limit(next(iter(values(resource.properties, pointer).values()), None))


def _limit(value: object) -> float:
    """A limit that is absent, -1 or cannot be known limits nothing."""
    found = number(value, absent=UNLIMITED)
    return UNLIMITED if found is None or found < 0 else found
