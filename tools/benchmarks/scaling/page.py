"""Writes `docs/scaling.md` and its pictures; a test compares them with what this would write."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from tools import pages
from tools.benchmarks import cost
from tools.benchmarks.scaling import charts, model
from tools.template import Template

LOADS = (10, 1_000, 50_000)
CACHED_LOAD, HITS = 1_000, 0.9
FOLDER = Path("docs")
_TEMPLATES = pages.templates(Path(__file__).parent)
_TEMPLATES.filters["number"] = lambda value: f"{value:,.0f}"
_TEMPLATES.filters["dollars"] = lambda value: f"{value:,.2f}"


def files(template: Template, bill: cost.Settings) -> dict[Path, str]:
    """Return the page and its pictures, by their paths in the repository."""
    figures, stack = model.figures(), model.stack(template, bill)
    page = _TEMPLATES.get_template("scaling.md.jinja").render(
        **_limits(stack, figures), **_money(stack, figures), stack=stack, figures=figures
    )
    return {
        FOLDER / "scaling.md": page,
        FOLDER / "scaling-limits.svg": charts.limits(stack, figures),
        FOLDER / "scaling-caches.svg": charts.caches(CACHED_LOAD, stack, figures),
    }


def write(template: Template, bill: cost.Settings, root: Path) -> list[Path]:
    """Write the files below `root` and return their paths."""
    written = files(template, bill)
    for path, text in written.items():
        (root / path).write_text(text, encoding="utf-8")
    return list(written)


def _limits(stack: model.Stack, figures: Mapping[str, model.Figure]) -> dict[str, object]:
    found = model.ceilings(stack, figures)
    return {
        "limits": found,
        "eventual": {one.name: one.rate for one in model.ceilings(model.eventual(stack), figures)},
        "loads": [model.need(rate, stack, figures) for rate in LOADS],
        "binding": {rate: model.binding(rate, found) for rate in LOADS},
        "record": model.record_rate(stack, figures),
        "eventual_record": model.record_rate(model.eventual(stack), figures),
        "hanging": model.hanging_rate(stack, figures),
    }


def _money(stack: model.Stack, figures: Mapping[str, model.Figure]) -> dict[str, object]:
    months = {rate: model.month(rate, stack, figures) for rate in LOADS}
    other = model.eventual(stack)
    return {
        "months": months,
        "millions": {rate: rate * model.SECONDS_OF_MONTH / 1e6 for rate in LOADS},
        "eventual_saves": model.behind_gateway(stack) - model.behind_gateway(other),
        "cached_load": CACHED_LOAD,
        "hits": HITS,
        "cached": {
            name: month(CACHED_LOAD, HITS, stack, figures) for name, month in model.CACHES.items()
        },
        "gateway_cache_saves": model.saved_by_gateway_cache(stack),
        "date": tomllib.loads(model.FIGURES.read_text(encoding="utf-8"))["date"],
    }
