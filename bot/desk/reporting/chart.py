"""The one chart of the statistics page: the cases closed each month, split by whether they were in time.

Drawn by pygal as SVG to be shown in an ``<img>``: no script, no link, no font from elsewhere; a title and a description
for those who cannot see it. The same numbers stand beside it in a table. It travels in the page itself, so that its
figures are counted once.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import pygal
from pygal.etree import etree as pygal_etree
from pygal.style import Style

from bot.web.report_tables import NO_CASES
from knowledge.calendar.republic import roc_month
from routing.domain.reporting.statistics import Group

# pygal takes lxml where it is installed, whose elements are not those that are put in below.
pygal_etree.to_etree()

_ON_TIME, _LATE = "#1f6f8b", "#b3432b"
_ROOM = 20
"""A number fits into a bar that is at least this part of the highest."""
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#222222",
    foreground_strong="#111111",
    foreground_subtle="#5c5c5c",
    opacity="1",
    opacity_hover="1",
    colors=(_ON_TIME, _LATE),
    value_colors=("#ffffff", "#ffffff"),
    font_family="'Noto Sans TC', 'Noto Sans CJK TC', 'PingFang TC', 'Microsoft JhengHei', sans-serif",
    label_font_size=14,
    major_label_font_size=14,
    value_font_size=13,
    legend_font_size=15,
    title_font_size=17,
    no_data_font_size=24,
)


@dataclass(frozen=True, slots=True)
class MonthlyChart:
    """An SVG and the words for its ``alt``."""

    svg: str
    description: str

    @property
    def address(self) -> str:
        """The drawing as a ``data:`` address, for the ``src`` of an ``<img>``."""
        return f"data:image/svg+xml;base64,{b64encode(self.svg.encode()).decode()}"


def monthly(groups: Sequence[Group], *, title: str) -> MonthlyChart:
    """The chart of a report split by month (or week).

    Args:
        groups: the report's groups in order of time; their keys are the labels below.
        title: what the chart shows, in Traditional Chinese; becomes the SVG's ``<title>``.
    """
    chart = pygal.StackedBar(
        style=_STYLE,
        js=[],
        width=960,
        height=360,
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        print_values=True,
        x_label_rotation=0 if len(groups) <= 12 else 40,
        y_title="件",
        min_scale=2,
        margin=8,
        spacing=12,
        rounded_bars=2,
        value_formatter=lambda value: f"{value:,.0f}",
        no_data_text=NO_CASES,
        include_x_axis=True,
    )
    chart.uuid = "turnaround"
    chart.x_labels = [_label(group.key) for group in groups]
    highest = max((group.figures.count("closed_cases") for group in groups), default=0)
    chart.show_y_labels = highest > 0
    if highest:
        chart.add("依限辦結", [_bar(group, "on_time", highest) for group in groups])
        chart.add("逾限辦結", [_bar(group, "late", highest) for group in groups])
    description = _describe(groups)
    return MonthlyChart(svg=_still(chart, title, description), description=description)


def _bar(group: Group, name: str, highest: int) -> dict[str, Any]:
    """A bar with its number in it where there is room; the table beside the chart has them all."""
    count = group.figures.count(name)
    shown = f"{count:,}" if count and count * _ROOM >= highest else ""
    return {"value": count, "formatter": lambda _value: shown}


def _label(key: str | None) -> str:
    """``2025-02`` as 114 年 2 月, which fits below a bar as 114.2; weeks keep their key."""
    return roc_month(key or "", short=True)


def _describe(groups: Sequence[Group]) -> str:
    if not groups:
        return "期間內無案件。"
    told = (
        f"{_label(group.key)}：受理 {group.figures.count('received')} 件，"
        f"依限辦結 {group.figures.count('on_time')} 件，逾限辦結 {group.figures.count('late')} 件"
        for group in groups
    )
    return "；".join(told) + "。"


def _still(chart: pygal.StackedBar, title: str, description: str) -> str:
    """The drawing without what an image does not run, and with what a screen reader says.

    Scripts, pygal's own title and its comments go: the comments carry the day of drawing, and equal figures are to give
    equal bytes.
    """
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
