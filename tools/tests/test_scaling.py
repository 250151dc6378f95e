"""What a region serves: settings from the template, arithmetic by hand, and the page of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tools.benchmarks import __main__ as command
from tools.benchmarks import cost
from tools.benchmarks.scaling import model, page
from tools.template import Template

ROOT = Path(__file__).resolve().parents[2]
BILL = cost.Settings(
    memory_mb=512,
    architecture="arm64",
    tracing=True,
    access_log_bytes=374,
    variables={},
    system_log=False,
    traces_per_second=0,
    trace_percent=2,
)
STACK = model.Stack(rate_limit=100, burst_limit=200, timeout_seconds=10, consistent=True, bill=BILL)
FIGURES = model.figures()


def test_page_and_pictures_are_current(prod_template: Template) -> None:
    written = page.files(prod_template, command.bill_settings(prod_template))
    stale = [str(path) for path, text in written.items() if (ROOT / path).read_text() != text]
    assert stale == [], "run python -m tools.benchmarks scaling"


def test_command_writes_page_and_pictures(prod_template: Template, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    paths = page.write(prod_template, command.bill_settings(prod_template), tmp_path)
    assert sorted(path.name for path in paths) == sorted(
        path.name for path in (tmp_path / "docs").iterdir()
    )


def test_settings_are_those_of_template_and_function(prod_template: Template) -> None:
    found = model.stack(prod_template, BILL)
    stage = prod_template.only("AWS::ApiGateway::Stage").at("MethodSettings", 0)
    assert found.rate_limit == stage["ThrottlingRateLimit"]
    assert found.timeout_seconds == prod_template.only("AWS::Lambda::Function").at("Timeout")
    assert found.consistent


def test_function_that_reads_eventually_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(reader: Any, user_id: str) -> None:
        reader._client.get_item(TableName="users", Key={"userId": {"S": user_id}})

    monkeypatch.setattr("lambda_function.table.Table.read", read)
    assert not model._reads_consistently()


def test_ceilings_are_met_in_their_order() -> None:
    found = model.ceilings(STACK, FIGURES)
    assert [ceiling.rate for ceiling in found] == [100, 10_000, 10_000, 12_000, 40_000]
    assert model.binding(10, found) == []
    assert [ceiling.rate for ceiling in model.binding(1_000, found)] == [100]
    assert len(model.binding(50_000, found)) == 5


def test_setting_raises_its_ceiling_and_no_other() -> None:
    found = model.ceilings(replace(STACK, rate_limit=5_000), FIGURES)
    assert [ceiling.rate for ceiling in found] == [5_000, 10_000, 10_000, 12_000, 40_000]


def test_slow_function_is_limited_by_its_duration() -> None:
    slow = replace(STACK, bill=replace(BILL, memory_mb=1))  # 0.8 ms * 1769 + 5 ms = 1.421 s
    concurrency = next(
        one for one in model.ceilings(slow, FIGURES) if one.name.startswith("Lambda")
    )
    assert concurrency.rate == pytest.approx(1_000 / 1.421)


def test_eventual_reads_double_what_table_and_record_serve() -> None:
    found = [ceiling.rate for ceiling in model.ceilings(model.eventual(STACK), FIGURES)]
    assert found == [100, 10_000, 10_000, 24_000, 80_000]
    assert model.record_rate(STACK, FIGURES) == 3_000
    assert model.record_rate(model.eventual(STACK), FIGURES) == 6_000


@pytest.mark.parametrize(
    ("rate", "environments", "ramp_seconds", "warm_minutes"),
    [
        (10, 1, 0, 0),
        (1_000, 100, 0, 0),
        (12_000, 1_200, 2, 0),
        (24_000, 2_400, 14, 30),
        (50_000, 5_000, 40, 90),
    ],
)
def test_jump_takes_environments_and_table(
    rate: float, environments: int, ramp_seconds: float, warm_minutes: int
) -> None:
    needed = model.need(rate, STACK, FIGURES)
    assert needed.environments == environments
    assert needed.ramp_seconds == pytest.approx(ramp_seconds)
    assert needed.warm_minutes == warm_minutes


def test_hanging_table_takes_all_concurrency() -> None:
    assert model.hanging_rate(STACK, FIGURES) == 100


def test_gateway_is_billed_by_tiers() -> None:
    tiers = FIGURES["gateway_tiers"].value
    assert model.gateway(100, tiers) == pytest.approx(350)
    assert model.gateway(1_000, tiers) == pytest.approx(333 * 3.5 + 667 * 2.8)
    assert model.gateway(30_000, tiers) == pytest.approx(
        333 * 3.5 + 667 * 2.8 + 19_000 * 2.38 + 10_000 * 1.51
    )


def test_month_is_gateway_and_what_is_behind_it() -> None:
    # Per million: Lambda 0.20 and 4,000 GB-s, one read unit, two log lines, 2 % of traces.
    behind = 0.2 + 4_000 * 0.0000133334 + 0.125 + (365 + 374 + 52) * 0.5 / 1_000 + 0.1
    assert model.behind_gateway(STACK) == pytest.approx(behind)
    assert model.month(10, STACK, FIGURES) == pytest.approx(26.28 * (3.5 + behind))


def test_caches_save_what_they_answer() -> None:
    whole = model.month(10, STACK, FIGURES)
    assert model.in_client(10, 0.5, STACK, FIGURES) == pytest.approx(whole / 2)
    assert model.in_cloudfront(10, 0.5, STACK, FIGURES) == pytest.approx(whole / 2 + 26.28)
    # Lambda, its log line and the read are spared; the request itself, its log and trace are not.
    spared = 0.2 + 4_000 * 0.0000133334 + 0.125 + (365 + 26) * 0.5 / 1_000
    assert model.in_gateway(10, 0.5, STACK, FIGURES) == pytest.approx(
        whole - 13.14 * spared + 730 * 0.02
    )


def test_every_figure_names_its_source() -> None:
    for figure in FIGURES.values():
        assert re.match(r"https://(docs\.)?aws\.amazon\.com/", figure.source), figure.what
