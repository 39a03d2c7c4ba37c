"""The chart is a still image that says in words what it shows."""

from xml.etree import ElementTree as ET

import pytest

from bot.desk.reporting.chart import banded, monthly, trend
from routing.domain.reporting.figures import Tally
from routing.domain.reporting.statistics import Group

SVG = "{http://www.w3.org/2000/svg}"


def group(key, on_time, late):
    tally = Tally()
    tally.cases["on_time"] = ["a"] * on_time
    tally.cases["late"] = ["b"] * late
    tally.cases["closed_cases"] = ["a"] * on_time + ["b"] * late
    return Group(key, tally.figures())


MONTHS = [group(f"2025-{month:02}", month * 3, month % 3) for month in range(1, 13)]


def parsed(chart):
    return ET.fromstring(chart.svg)  # noqa: S314 - our own drawing


@pytest.mark.parametrize("groups", [MONTHS, MONTHS[:1], [], [group("2025-01", 0, 0)]])
def test_nothing_in_it_runs_links_or_loads(groups):
    svg = monthly(groups, title="各月辦結案件").svg
    root = parsed(monthly(groups, title="各月辦結案件"))
    assert root.tag == f"{SVG}svg"
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names & {"script", "a", "image", "use", "foreignObject", "link"} == set()
    for mark in ("http://github", "@import", "url(", "href", "onclick", "kozea", "<!--"):
        assert mark not in svg


def test_it_has_a_title_and_a_description_that_carry_the_numbers():
    chart = monthly(MONTHS[:2], title="114 年各月辦結案件 <&>")
    root = parsed(chart)
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == "114 年各月辦結案件 <&>"
    assert root[1].text == chart.description
    assert "114.1：受理 0 件，依限辦結 3 件，逾限辦結 1 件" in chart.description
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"


def test_labels_are_months_of_the_republic_and_weeks_as_they_are():
    text = monthly([*MONTHS[:1], group("2025-W06", 1, 0)], title="x").svg
    assert ">114.1<" in text
    assert ">2025-W06<" in text


@pytest.mark.parametrize("groups", [[], [group("2025-01", 0, 0)]])
def test_an_empty_period_says_so(groups):
    """R9."""
    chart = monthly(groups, title="各月辦結案件")
    assert "無案件" in chart.svg
    assert "NaN" not in chart.svg


def test_equal_figures_give_equal_bytes():
    assert monthly(MONTHS, title="x").svg == monthly(MONTHS, title="x").svg
    assert "Generated" not in monthly(MONTHS, title="x").svg, "pygal writes the day of drawing"


def test_days_by_month_are_said_and_a_month_without_closed_cases_is_a_gap():
    tally = Tally()
    tally.cases["closed_cases"] = tally.cases["on_time"] = ["a", "b"]
    tally.samples["days_used"] = [(2.0, "a"), (3.0, "b")]
    with_days, without = Group("2025-01", tally.figures()), group("2025-02", 0, 0)
    chart = trend([with_days, without], title="各月使用日數")
    assert chart.description == "114.1：中位數 2.5 日，第 90 百分位 2.9 日；114.2：無案件。"
    assert "<script" not in chart.svg


def test_bands_carry_their_numbers_and_equal_ones_are_drawn_once():
    bands = (("當日", 3), ("1–3 日", 0))
    chart = banded(bands, title="使用日數分布")
    assert chart.description == "當日 3 件；1–3 日 0 件。"
    assert {">當日<", ">1–3 日<"} <= {f">{one.text}<" for one in parsed(chart).iter() if one.text}
    assert banded(bands, title="使用日數分布") is chart
