"""The bill: settings from the template, arithmetic on the price table."""

from __future__ import annotations

import platform
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from contract.stages import STAGES
from tools.benchmarks import __main__ as command
from tools.benchmarks import cost, measure, report
from tools.benchmarks.measure import NAMES, Figures, Measured
from tools.template import Template

STACK = cost.Settings(
    memory_mb=512, architecture="arm64", tracing=True, access_log_bytes=374, variables={}
)
RULE = {"traces_per_second": 0, "trace_percent": 2}
FLOOR = Figures(200, 1.0, 1.6, 45)
SLOWER = Figures(220, 1.2, 2.0, 60)
OTHERS = dict.fromkeys(NAMES, SLOWER) | {"floor": FLOOR}
MEASURED = Measured(OTHERS | {"function": Figures(150, 0.9, 1.5, 40)}, 400)


def test_settings_are_those_of_template(prod_template: Template) -> None:
    found = cost.settings(prod_template, **RULE)
    assert found.memory_mb == STAGES["prod"].memory_mb
    assert (found.architecture, found.tracing) == ("arm64", True)
    assert set(found.variables) == {"LOG_LEVEL", "ALLOWED_ORIGINS", "CACHE_MAX_AGE"}
    assert 100 < found.access_log_bytes < 2000
    assert not found.system_log
    assert found.traced_share == 0.02


def test_traced_share_is_first_requests_and_share_of_others() -> None:
    assert STACK.traced_share == 0.145  # the default sampling, at 10 requests a second
    assert replace(STACK, traces_per_second=20).traced_share == 1
    assert replace(STACK, tracing=False).traced_share == 0


def test_usual_tutorial_costs_its_logs_and_traces() -> None:
    def dollars(stack: cost.Settings) -> dict[str, float]:
        items = cost.bill(stack, cpu_ms=1.0, log_bytes=500, prices=cost.prices())
        return {item.what.partition(",")[0]: item.dollars for item in items}

    ours = replace(STACK, system_log=False, traces_per_second=0, trace_percent=2)
    own, other = dollars(ours), dollars(cost.usual(ours))
    more = {name: other[name] - own[name] for name in own if other[name] != own[name]}
    assert set(more) == {"CloudWatch Logs", "X-Ray"}
    assert more["X-Ray"] == pytest.approx((0.145 - 0.02) * 5)
    assert own["CloudWatch Logs"] == pytest.approx((500 + 374 + 2 * 26) * 0.5 / 1000)
    assert more["CloudWatch Logs"] > 3


def test_each_lever_changes_the_bill() -> None:
    ours = replace(STACK, system_log=False, traces_per_second=0, trace_percent=2)
    for name, lever in cost.levers(ours).items():
        prices = cost.prices()
        bills = [cost.bill(one, cpu_ms=1, log_bytes=500, prices=prices) for one in (ours, lever)]
        assert bills[0] != bills[1], name


def test_another_template_is_refused(prod_template: Template) -> None:
    body = prod_template.copy()
    stage = prod_template.only("AWS::ApiGateway::Stage")
    del body["Resources"][stage.logical_id]
    with pytest.raises(AssertionError, match="0 resources of type AWS::ApiGateway::Stage"):
        cost.settings(Template.from_json(body), **RULE)


def test_bill_is_quantity_times_price() -> None:
    items = cost.bill(STACK, cpu_ms=1.0, log_bytes=500, prices=cost.prices())
    dollars = {item.what.partition(",")[0]: round(item.dollars, 4) for item in items}
    # 1 ms of CPU at 512 of 1769 MB is 3.46 ms; with 5 ms to DynamoDB 9 ms are billed
    assert dollars["Lambda on arm64"] == round(0.5 * 0.009 * 0.0000133334 * 1e6, 4)
    assert dollars["API Gateway REST API"] == 3.5
    assert dollars["Lambda"] == 0.2
    assert dollars["DynamoDB on demand"] == 0.125
    assert dollars["X-Ray"] == round(0.145 * 5, 4)
    logged = 500 + 374 + sum(map(len, cost.prices()["platform_events"])) + 4 * 26
    assert dollars["CloudWatch Logs"] == round(logged * 0.5 / 1000, 4)


def test_bill_without_tracing_has_no_traces() -> None:
    untraced = cost.Settings(512, "arm64", False, 374, {})
    items = cost.bill(untraced, cpu_ms=1.0, log_bytes=500, prices=cost.prices())
    assert items[-1].dollars == 0


def test_architecture_without_price_is_refused() -> None:
    other = cost.Settings(512, "x86_64", True, 374, {})
    with pytest.raises(ValueError, match="not x86_64"):
        cost.bill(other, cpu_ms=1.0, log_bytes=500, prices=cost.prices())


def test_every_price_has_its_date_and_source() -> None:
    prices = cost.prices()
    assert isinstance(prices["date"], date)
    entries = [price for price in prices.values() if isinstance(price, dict)]
    assert len(entries) == 6
    assert all("https://" in price["source"] and price["dollars"] > 0 for price in entries)


def test_missed_target_is_named() -> None:
    goals = report.targets(MEASURED, 10_240)
    values = [round(goal.value, 2) for goal in goals]
    assert values == [0.75, 0.9, 0.68, 0.68, 0.75, 10, 400]
    assert all(goal.reached for goal in goals)
    slow = Measured(OTHERS | {"function": Figures(212, 1.16, 1, 1)}, 451)
    assert not any(goal.reached for goal in report.targets(slow, 31 * 1024))
    page = report.page(slow, report.targets(slow, 10_240), STACK, cost.prices())
    assert page.count("**no**") == 6


def test_page_names_python_processor_and_every_subject() -> None:
    page = report.page(MEASURED, report.targets(MEASURED, 10_240), STACK, cost.prices())
    assert f"Python {platform.python_version()}" in page
    assert report.processor() in page
    assert all(f"| {report.LABELS[name]} |" in page for name in NAMES)


@pytest.mark.parametrize("peer", ["table-resource", "powertools"])
def test_peer_answers_like_function(peer: str) -> None:
    """A peer that does less, or fails, would make a poor comparison."""
    with measure.answering_table() as environment:
        bodies = [measure.body(name, environment) for name in ("function", peer)]
    for body in bodies:
        assert body["success"] is True
        assert body["requestId"] == "JKJaXmPLvHcESHA="
    own, other = (body["data"] for body in bodies)
    assert own.keys() == other.keys()
    assert own["userId"] == other["userId"]


@pytest.mark.parametrize("number", ["0", "-1", "many", ""])
def test_bad_input_is_refused_in_one_line(
    number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(["--starts", number, "--output", str(tmp_path / "page.md")])
    assert caught.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith("is not a whole number above 0")
