"""Alarms and dashboard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tools.template import Element, Template, listed, named

ALARM = "AWS::CloudWatch::Alarm"
Dimensions = Mapping[str, str]


@dataclass(frozen=True)
class Expected:
    """An alarm: raised at or over the threshold, over so many five-minute periods."""

    source: str
    statistic: str
    threshold: int
    periods: int = 1


ALARMS = {
    "5XXError": Expected("gateway", "Sum", 5),
    "Latency": Expected("gateway", "p99", 1000, 3),
    "Errors": Expected("function", "Sum", 1),
    "Throttles": Expected("function", "Sum", 1),
    "ThrottledRequests": Expected("reads", "Sum", 1),
    "SystemErrors": Expected("reads", "Sum", 1),
}


@pytest.fixture
def sources(
    function: Element, table: Element, api_stage: Element
) -> Mapping[str, tuple[str, Dimensions]]:
    """Name -> namespace and dimensions."""
    gateway = {"ApiName": "${AWS::StackName}", "Stage": api_stage.ref}
    return {
        "gateway": ("AWS/ApiGateway", gateway),
        "function": ("AWS/Lambda", {"FunctionName": function.ref}),
        "reads": ("AWS/DynamoDB", {"TableName": table.ref, "Operation": "GetItem"}),
        "table": ("AWS/DynamoDB", {"TableName": table.ref}),
    }


def _alarm(template: Template, metric: str) -> Element:
    found = [one for one in template.resources(ALARM) if one.at("MetricName") == metric]
    assert len(found) == 1, f"{len(found)} alarms on {metric}"
    return found[0]


@pytest.mark.promise("alarms-raised")
def test_alarms_watch_their_metrics(
    template: Template, sources: Mapping[str, tuple[str, Dimensions]]
) -> None:
    for metric, expected in ALARMS.items():
        alarm = _alarm(template, metric)
        namespace, dimensions = sources[expected.source]
        assert alarm.at("Namespace") == namespace
        assert named(alarm.at("Dimensions"), "Name", "Value") == dimensions
        kind = "ExtendedStatistic" if expected.statistic.startswith("p") else "Statistic"
        given = {key: alarm.at(key) for key in ("Statistic", "ExtendedStatistic") if alarm.at(key)}
        assert given == {kind: expected.statistic}


@pytest.mark.promise("alarms-raised")
def test_alarms_are_raised_in_time(template: Template) -> None:
    for metric, expected in ALARMS.items():
        alarm = _alarm(template, metric)
        assert alarm.at("ComparisonOperator") == "GreaterThanOrEqualToThreshold"
        assert alarm.at("Threshold") == expected.threshold
        assert alarm.at("Period") == 300
        assert alarm.at("EvaluationPeriods") == expected.periods
        # A quiet service is a healthy one.
        assert alarm.at("TreatMissingData") == "notBreaching"


@pytest.mark.promise("alarms-raised")
def test_alarms_tell_the_topic(template: Template, topic: Element) -> None:
    for alarm in template.resources(ALARM):
        assert listed(alarm.at("AlarmActions")) == [topic.ref]


@pytest.mark.promise("nothing-unplanned")
def test_alarms_say_nothing_else(template: Template) -> None:
    watched = {"Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic"}
    raised = {"ComparisonOperator", "Threshold", "Period", "EvaluationPeriods", "TreatMissingData"}
    rest = {"AlarmActions", "AlarmDescription", "Tags"}
    for alarm in template.resources(ALARM):
        assert set(alarm.properties) <= watched | raised | rest


def _lines(widget: Mapping[str, Any]) -> set[tuple[str, str, frozenset[Any], str]]:
    """Namespace, metric, dimensions and statistic of each line of a widget."""
    lines = set()
    for namespace, metric, *dimensions, options in widget["properties"]["metrics"]:
        assert set(options) <= {"stat", "region", "accountId"}
        assert options.get("region", "${AWS::Region}") == "${AWS::Region}"
        assert options.get("accountId", "${AWS::AccountId}") == "${AWS::AccountId}"
        pairs = frozenset(zip(dimensions[::2], dimensions[1::2], strict=True))
        lines.add((namespace, metric, pairs, options["stat"]))
    return lines


@pytest.fixture
def widgets(template: Template) -> list[Mapping[str, Any]]:
    body = json.loads(template.only("AWS::CloudWatch::Dashboard").at("DashboardBody"))
    assert set(body) == {"widgets"}
    found: list[Mapping[str, Any]] = body["widgets"]
    return found


@pytest.mark.promise("dashboard-shown")
def test_dashboard_shows_the_service(
    widgets: list[Mapping[str, Any]], sources: Mapping[str, tuple[str, Dimensions]]
) -> None:
    shown = [
        {("gateway", "Count", "Sum")},
        {("gateway", "4XXError", "Sum"), ("gateway", "5XXError", "Sum")},
        {("gateway", "Latency", "p50"), ("gateway", "Latency", "p99")},
        {("function", name, "Sum") for name in ("Invocations", "Errors", "Throttles")},
        {
            ("table", "ConsumedReadCapacityUnits", "Sum"),
            ("reads", "ThrottledRequests", "Sum"),
            ("reads", "SystemErrors", "Sum"),
        },
        {("reads", "SuccessfulRequestLatency", "p99")},
    ]
    expected = [
        {
            (sources[source][0], metric, frozenset(sources[source][1].items()), statistic)
            for source, metric, statistic in lines
        }
        for lines in shown
    ]
    assert [_lines(widget) for widget in widgets] == expected


@pytest.mark.promise("dashboard-shown")
def test_widgets_are_titled_graphs_of_this_region(widgets: list[Mapping[str, Any]]) -> None:
    for widget in widgets:
        assert widget["type"] == "metric"
        properties = widget["properties"]
        assert set(properties) == {"view", "title", "region", "metrics", "yAxis"}
        assert properties["view"] == "timeSeries"
        assert properties["region"] == "${AWS::Region}"
        assert properties["yAxis"] == {}
    titles = ["Requests", "Errors", "Latency", "Function", "Table", "Table latency"]
    assert [widget["properties"]["title"] for widget in widgets] == titles


@pytest.mark.promise("dashboard-shown")
def test_widgets_fill_two_rows_of_three(widgets: list[Mapping[str, Any]]) -> None:
    places = [tuple(widget[key] for key in ("x", "y", "width", "height")) for widget in widgets]
    assert places == [(x, y, 8, 6) for y in (0, 6) for x in (0, 8, 16)]
