"""The charts of the statistics page: closed cases by month, their days by month, and cases in bands of days.

Drawn by pygal as SVG to be shown in an ``<img>``: no script, no link, no font from elsewhere; a title and a description
for those who cannot see it. The same numbers stand beside it in a table. It travels in the page itself, so that its
figures are counted once. Equal figures are drawn once.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

import pygal
from pygal.etree import etree as pygal_etree
from pygal.style import Style

from bot.web.report_tables import NO_CASES, days
from knowledge.calendar.republic import roc_month
from routing.domain.reporting.statistics import Group

# pygal takes lxml where it is installed, whose elements are not those that are put in below.
pygal_etree.to_etree()

_ON_TIME, _LATE = "#1f6f8b", "#b3432b"
_ROOM = 20
"""A number fits into a bar that is at least this part of the highest."""
_LOOKS = {
    "background": "transparent",
    "plot_background": "transparent",
    "foreground": "#222222",
    "foreground_strong": "#111111",
    "foreground_subtle": "#5c5c5c",
    "opacity": "1",
    "opacity_hover": "1",
    "colors": (_ON_TIME, _LATE),
    "value_colors": ("#ffffff", "#ffffff"),
    "font_family": "'Noto Sans TC', 'Noto Sans CJK TC', 'PingFang TC', 'Microsoft JhengHei', sans-serif",
    "label_font_size": 14,
    "major_label_font_size": 14,
    "value_font_size": 13,
    "legend_font_size": 15,
    "title_font_size": 17,
    "no_data_font_size": 24,
}
_KEPT = 64
"""Drawings that are kept, of each sort."""
_LARGE = {"label_font_size": 19, "major_label_font_size": 19, "value_font_size": 21}
"""Letters of a chart that is as wide as a phone."""


def _style(**other: Any) -> Style:
    return Style(**{**_LOOKS, **other})


@dataclass(frozen=True, slots=True)
class Chart:
    """An SVG and the words for its ``alt``."""

    svg: str
    description: str

    @property
    def address(self) -> str:
        """The drawing as a ``data:`` address, for the ``src`` of an ``<img>``."""
        return f"data:image/svg+xml;base64,{b64encode(self.svg.encode()).decode()}"


def monthly(groups: Sequence[Group], *, title: str) -> Chart:
    """The closed cases of a report split by month (or week), in time and late.

    Args:
        groups: the report's groups in order of time; their keys are the labels below.
        title: what the chart shows, in Traditional Chinese; becomes the SVG's ``<title>``.
    """
    names = ("received", "on_time", "late")
    return _monthly(tuple((_label(one.key), *(one.figures.count(name) for name in names)) for one in groups), title)


@lru_cache(maxsize=_KEPT)
def _monthly(months: tuple[tuple[str, int, int, int], ...], title: str) -> Chart:
    chart = pygal.StackedBar(
        **_of_time(len(months)), print_values=True, y_title="件", min_scale=2, spacing=12, rounded_bars=2,
        value_formatter=lambda value: f"{value:,.0f}",
    )  # fmt: skip
    chart.x_labels = [label for label, *_ in months]
    highest = max((on_time + late for *_, on_time, late in months), default=0)
    chart.show_y_labels = highest > 0
    if highest:
        chart.add("依限辦結", [_bar(on_time, highest) for *_, on_time, _ in months])
        chart.add("逾限辦結", [_bar(late, highest) for *_, late in months])
    told = (
        f"{label}：受理 {received} 件，依限辦結 {on_time} 件，逾限辦結 {late} 件"
        for label, received, on_time, late in months
    )
    description = "；".join(told) + "。" if months else "期間內無案件。"
    return Chart(svg=_still(chart, title, description), description=description)


def trend(groups: Sequence[Group], *, title: str) -> Chart:
    """The days used by month, median and nine tenths; a month without closed cases is a gap."""
    spreads = ((one.key, one.figures.distribution("days_used")) for one in groups)
    return _trend(tuple((_label(key), spread.median, spread.p90) for key, spread in spreads), title)


@lru_cache(maxsize=_KEPT)
def _trend(months: tuple[tuple[str, float | None, float | None], ...], title: str) -> Chart:
    chart = pygal.Line(
        **_of_time(len(months), stroke_width="3"), y_title="工作日", dots_size=4, allow_interruptions=True, min_scale=3,
        max_scale=6, value_formatter=lambda value: f"{value:,.0f}" if value == int(value) else f"{value:,.1f}",
    )  # fmt: skip
    chart.x_labels = [label for label, *_ in months]
    highest = max((p90 or 0 for *_, p90 in months), default=0)
    chart.range = (0, max(highest, 1))
    chart.add("中位數", [median for _, median, _ in months])
    chart.add("第 90 百分位", [p90 for *_, p90 in months], stroke_style={"dasharray": "8, 5"})
    told = (
        f"{label}：中位數 {days(median)} 日，第 90 百分位 {days(p90)} 日" if median is not None else f"{label}：無案件"
        for label, median, p90 in months
    )
    description = "；".join(told) + "。"
    return Chart(svg=_still(chart, title, description), description=description)


@lru_cache(maxsize=_KEPT)
def banded(bands: tuple[tuple[str, int], ...], *, title: str) -> Chart:
    """Cases in bands of days, each with its number above it."""
    chart = pygal.Bar(
        style=_style(**_LARGE, value_colors=("#111111",)), js=[], width=480, height=270, truncate_label=-1,
        show_legend=False, print_values=True, print_values_position="top", show_y_labels=False, show_y_guides=False,
        margin=8, spacing=16, rounded_bars=2, value_formatter=lambda value: f"{value:,.0f}",
    )  # fmt: skip
    chart.x_labels = [words for words, _ in bands]
    highest = max(count for _, count in bands)
    chart.range = (0, highest * 1.15)
    chart.add("", [count for _, count in bands])
    description = "；".join(f"{words} {count} 件" for words, count in bands) + "。"
    return Chart(svg=_still(chart, title, description), description=description)


def _of_time(months: int, **style: Any) -> dict[str, Any]:
    return {
        "style": _style(**style), "js": [], "width": 960, "height": 360, "legend_at_bottom": True,
        "legend_at_bottom_columns": 2, "x_label_rotation": 0 if months <= 12 else 40, "margin": 8,
        "no_data_text": NO_CASES, "include_x_axis": True,
    }  # fmt: skip


def _bar(count: int, highest: int) -> dict[str, Any]:
    """A bar with its number in it where there is room; the table beside the chart has them all."""
    shown = f"{count:,}" if count and count * _ROOM >= highest else ""
    return {"value": count, "formatter": lambda _value: shown}


def _label(key: str | None) -> str:
    """``2025-02`` as 114 年 2 月, which fits below a bar as 114.2; weeks keep their key."""
    return roc_month(key or "", short=True)


def _still(chart: pygal.Graph, title: str, description: str) -> str:
    """The drawing without what an image does not run, and with what a screen reader says.

    Scripts, pygal's own title and its comments go: the comments carry the day of drawing, and equal figures are to give
    equal bytes.
    """
    chart.uuid = "turnaround"
    root = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in {"script", "title", "desc"}:
                parent.remove(child)
    root.set("role", "img")
    root.set("aria-labelledby", "turnaround-title turnaround-desc")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(tag, {"id": f"turnaround-{tag}"})
        element.text = text
        root.insert(position, element)
    return ET.tostring(root, encoding="unicode")
