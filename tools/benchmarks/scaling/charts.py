"""The pictures of the page, as SVG that reads well on a light and on a dark page."""

from __future__ import annotations

import re
from typing import Any

import pygal  # type: ignore[import-untyped]
from pygal.style import Style  # type: ignore[import-untyped]

from tools.benchmarks.scaling import model
from tools.benchmarks.scaling.model import Figure, Stack

LIGHT = {"paper": "#ffffff", "ink": "#1b2430", "soft": "#5a6675", "line": "#dfe4ea"}
DARK = {"paper": "#12171d", "ink": "#e6eaf0", "soft": "#9aa7b6", "line": "#2e3946"}
# These differ on a light and on a dark ground, also for those who see no red or no green.
COLORS = ("#2f7ebc", "#d9822b", "#4f9d69")
STYLE = Style(
    background=LIGHT["paper"],
    plot_background=LIGHT["paper"],
    foreground=LIGHT["soft"],
    foreground_strong=LIGHT["ink"],
    foreground_subtle=LIGHT["line"],
    colors=COLORS,
    opacity=1,
    font_family="system-ui, sans-serif",
    title_font_size=19,
    label_font_size=14,
    major_label_font_size=14,
    legend_font_size=15,
    value_font_size=13,
    value_colors=(LIGHT["ink"],) * len(COLORS),
)
# What pygal's styles do not say: quiet guides, strong lines, values beside their bar, and dark.
CSS = f""".axis .guides .line, .axis .guides .major.line {{
  stroke: {LIGHT["line"]}; stroke-dasharray: none; }}
.series .line {{ stroke-width: 3px; stroke-opacity: 1; }}
.text-overlay text.value {{ text-anchor: start; transform: translateX(8px); }}
@media (prefers-color-scheme: dark) {{
  .graph > .background, .plot > .background {{ fill: {DARK["paper"]}; }}
  text, .graph .title, .legends .legend text, .axis text.major, .text-overlay .value {{
    fill: {DARK["ink"]} !important; }}
  .axis .line, .axis .guides .line, .axis .guides .major.line {{ stroke: {DARK["line"]}; }}
}}"""
COMMON: dict[str, Any] = {
    "style": STYLE,
    "css": ["file://style.css", "file://graph.css", f"inline:{CSS}"],
    "js": (),
    "no_prefix": True,
    "disable_xml_declaration": True,
    "legend_at_bottom": True,
    "width": 960,
    "height": 460,
    "margin": 20,
    "margin_right": 60,
    "value_formatter": lambda value: f"{value:,.0f}",
}
# pygal signs with the date.
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
STEPS = range(0, 100, 10)


def limits(stack: Stack, quotas: dict[str, Figure]) -> str:
    """Draw every ceiling with consistent and with eventually consistent reads."""
    chart = pygal.HorizontalBar(
        **COMMON,
        title="Requests/s that each limit lets through",
        logarithmic=True,
        print_values=True,
        print_values_position="top",
        y_labels=[10, 100, 1_000, 10_000, 100_000],
        zero=10,
        range=(10, 100_000),
    )
    rows = model.ceilings(stack, quotas)
    other = {row.name: row for row in model.ceilings(model.eventual(stack), quotas)}
    names = [row.name.replace("`", "") for row in rows]
    record = (model.record_rate(stack, quotas), model.record_rate(model.eventual(stack), quotas))
    chart.x_labels = ["one record", *names]
    chart.add("eventually consistent reads", [record[1], *(other[row.name].rate for row in rows)])
    chart.add("consistent reads", [record[0], *(row.rate for row in rows)])
    return _svg(chart)


def caches(rate: float, stack: Stack, prices: dict[str, Figure]) -> str:
    """Draw what a month costs at one load, by the share of requests that a cache answers."""
    chart = pygal.Line(
        **COMMON,
        title=f"Dollars a month at {rate:,} requests/s, by the share that a cache answers",
        show_dots=False,
        range=(0, round(model.in_cloudfront(rate, 0, stack, prices), -3)),
    )
    chart.x_labels = [f"{step} %" for step in STEPS]
    for name, dollars in model.CACHES.items():
        chart.add(name, [dollars(rate, step / 100, stack, prices) for step in STEPS])
    return _svg(chart)


def _svg(chart: Any) -> str:
    drawn = chart.render(is_unicode=True).rstrip()
    return f"{COMMENT.sub('', drawn)}\n"
