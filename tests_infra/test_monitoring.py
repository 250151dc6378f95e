"""Alarms and dashboard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from contract.alarms import ALARMS, PERIOD_SECONDS, Alarm
from contract.stages import Promised
from tools.template import Element, Template, listed, named

ALARM = "AWS::CloudWatch::Alarm"
# Title -> source, metric and statistic of its lines, from left to right, three in a row.
WIDGETS = {
    "Requests": [("gateway", "Count", "Sum")],
    "Errors": [("gateway", "4XXError", "Sum"), ("gateway", "5XXError", "Sum")],
    "Latency": [("gateway", "Latency", "p50"), ("gateway", "Latency", "p99")],
    "Function": [("function", name, "Sum") for name in ("Invocations", "Errors", "Throttles")],
    "Table": [
        ("table", "ConsumedReadCapacityUnits", "Sum"),
        ("reads", "ThrottledRequests", "Sum"),
        ("reads", "SystemErrors", "Sum"),
    ],
    "Table latency": [("reads", "SuccessfulRequestLatency", "p99")],
}
COLUMNS, WIDTH, HEIGHT = 3, 8, 6


class Watched(NamedTuple):
    """One statistic of one metric."""

    namespace: Any
    dimensions: frozenset[tuple[str, str]]
    metric: Any
    statistic: Any


Sources = Mapping[str, tuple[str, frozenset[tuple[str, str]]]]


@pytest.fixture
def sources(function: Element, table: Element, api_stage: Element) -> Sources:
    """Name -> namespace and dimensions."""
    gateway = {"ApiName": "${AWS::StackName}", "Stage": api_stage.ref}
    reads = {"TableName": table.ref, "Operation": "GetItem"}
    return {
        "gateway": ("AWS/ApiGateway", frozenset(gateway.items())),
        "function": ("AWS/Lambda", frozenset({("FunctionName", function.ref)})),
        "reads": ("AWS/DynamoDB", frozenset(reads.items())),
        "table": ("AWS/DynamoDB", frozenset({("TableName", table.ref)})),
    }


def watched_by(alarm: Element) -> Watched:
    statistics = [alarm.at(key) for key in ("Statistic", "ExtendedStatistic") if alarm.at(key)]
    return Watched(
        alarm.at("Namespace"),
        frozenset(named(alarm.at("Dimensions"), "Name", "Value").items()),
        alarm.at("MetricName"),
        statistics[0] if len(statistics) == 1 else statistics,
    )


@pytest.fixture
def promised_alarms(template: Template, sources: Sources) -> list[tuple[Alarm, Element]]:
    """Every promised alarm with the resource that watches its metric; there is no other."""
    waiting = [(watched_by(alarm), alarm) for alarm in template.resources(ALARM)]
    found = []
    for promised in ALARMS:
        wanted = Watched(*sources[promised.source], promised.metric, promised.statistic)
        matching = [number for number, (watched, _) in enumerate(waiting) if watched == wanted]
        assert matching, f"alarm {promised.name} is promised in contract/alarms.py, but not there"
        found.append((promised, waiting.pop(matching[0])[1]))
    unpromised = [alarm.name for _, alarm in waiting]
    assert not unpromised, f"not promised in contract/alarms.py: {', '.join(unpromised)}"
    return found


@pytest.mark.promise("alarms-raised")
def test_alarms_are_promised_ones(promised_alarms: list[tuple[Alarm, Element]]) -> None:
    assert len(promised_alarms) == len(ALARMS)


@pytest.mark.promise("alarms-raised")
def test_alarms_have_promised_thresholds(promised_alarms: list[tuple[Alarm, Element]]) -> None:
    for promised, alarm in promised_alarms:
        assert alarm.at("ComparisonOperator") == "GreaterThanOrEqualToThreshold", promised
        assert alarm.at("Threshold") == promised.threshold, promised
        assert alarm.at("Period") == PERIOD_SECONDS, promised
        assert alarm.at("EvaluationPeriods") == promised.periods, promised
        # A quiet service is a healthy one.
        assert alarm.at("TreatMissingData") == "notBreaching", promised


@pytest.mark.promise("alarms-raised")
def test_alarms_notify_topic(template: Template, topic: Element) -> None:
    for alarm in template.resources(ALARM):
        assert listed(alarm.at("AlarmActions")) == [topic.ref]


@pytest.mark.promise("alarms-raised")
@pytest.mark.parametrize(
    ("failures", "requests", "rings"),
    [
        (4, 4, True),
        (5, 30_000, False),
        (5, 100, True),
        (4, 100, False),
        (100, 30_000, True),
        (0, 30_000, False),
    ],
)
def test_server_errors_ring_by_share_and_by_number(
    template: Template, failures: int, requests: int, rings: bool
) -> None:
    """Each request is one data point of the metric: 1 for a server error, 0 for the others."""
    statistics = {"Sum": failures, "Average": failures / requests}
    ringing = [
        alarm.name
        for alarm in template.resources(ALARM)
        if alarm.at("MetricName") == "5XXError"
        and statistics[str(alarm.at("Statistic"))] >= alarm.at("Threshold")
    ]
    assert bool(ringing) is rings


@pytest.mark.promise("alarms-heard")
def test_addresses_of_stage_are_subscribed(
    template: Template, topic: Element, promised: Promised
) -> None:
    assert [one.at() for one in template.resources("AWS::SNS::Subscription")] == [
        {"Endpoint": address, "Protocol": "email", "TopicArn": topic.ref}
        for address in promised.alarm_addresses
    ]


@pytest.mark.promise("nothing-unplanned")
def test_alarms_have_no_other_property(template: Template) -> None:
    watched = {"Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic"}
    raised = {"ComparisonOperator", "Threshold", "Period", "EvaluationPeriods", "TreatMissingData"}
    rest = {"AlarmActions", "AlarmDescription", "Tags"}
    for alarm in template.resources(ALARM):
        assert set(alarm.properties) <= watched | raised | rest


@pytest.fixture
def widgets(template: Template) -> list[Mapping[str, Any]]:
    """The dashboard's widgets, each with its properties."""
    body = json.loads(template.only("AWS::CloudWatch::Dashboard").at("DashboardBody"))
    assert set(body) == {"widgets"}
    assert all(isinstance(widget.get("properties"), dict) for widget in body["widgets"])
    found: list[Mapping[str, Any]] = body["widgets"]
    return found


def lines_of(widget: Mapping[str, Any]) -> list[Watched]:
    lines = []
    for line in widget["properties"].get("metrics", []):
        namespace, metric, *dimensions, options = line
        assert options.get("region", "${AWS::Region}") == "${AWS::Region}"
        assert options.get("accountId", "${AWS::AccountId}") == "${AWS::AccountId}"
        assert set(options) <= {"stat", "region", "accountId"}
        pairs = frozenset(zip(dimensions[::2], dimensions[1::2], strict=True))
        lines.append(Watched(namespace, pairs, metric, options.get("stat")))
    return lines


@pytest.mark.promise("dashboard-shown")
def test_dashboard_shows_service(widgets: list[Mapping[str, Any]], sources: Sources) -> None:
    shown = [(widget["properties"].get("title"), set(lines_of(widget))) for widget in widgets]
    assert shown == [
        (title, {Watched(*sources[source], metric, stat) for source, metric, stat in lines})
        for title, lines in WIDGETS.items()
    ]


@pytest.mark.promise("dashboard-shown")
def test_widgets_are_graphs_of_own_region(widgets: list[Mapping[str, Any]]) -> None:
    for widget in widgets:
        properties = dict(widget["properties"])
        for key in ("title", "metrics"):
            properties.pop(key, None)
        assert (widget.get("type"), properties) == (
            "metric",
            {"view": "timeSeries", "region": "${AWS::Region}", "yAxis": {}},
        )


@pytest.mark.promise("dashboard-shown")
def test_widgets_fill_rows(widgets: list[Mapping[str, Any]]) -> None:
    places = [tuple(widget.get(key) for key in ("x", "y", "width", "height")) for widget in widgets]
    assert places == [
        (WIDTH * (index % COLUMNS), HEIGHT * (index // COLUMNS), WIDTH, HEIGHT)
        for index in range(len(WIDGETS))
    ]
