"""Lists of plots as offices write them, what firms say they look for, and what fits."""

from __future__ import annotations

from datetime import date

import pytest

from bot.web import sheets
from bot.web.tables import Format, Table, write
from knowledge.land import BUILDING, LAND, Range, heard, seeks_land, skips
from routing.domain.errors import Invalid
from routing.domain.land.fitting import Verdict, fits
from routing.domain.land.lists import read_list
from routing.domain.land.needs import Need, need_from, told
from routing.domain.land.plots import Plot, fresh
from tests.harness.branch import MONDAY, office

TODAY = date(2026, 3, 2)
HEAD = "編號,園區,類型,面積(坪),適用產業,供電,用水量(CMD),可交付日,租金,備註,狀態,資料日期"


def listed(text, **more):
    return read_list(sheets.read(text.encode()), office().offices.find_park, today=TODAY, **more)


def test_a_list_is_read_with_its_units_days_and_words():
    found = listed(f'{HEAD}\nA-1,楠梓園區,標準廠房,"1,000",半導體,500 kW,30,115/6/1,每坪 500 元,天車 5 噸,,115.02.20\n')
    assert found.problems == []
    (plot,) = found.plots
    assert (plot.park, plot.form, round(plot.area), plot.power, plot.water) == ("楠梓", BUILDING, 3306, 500, 30)
    assert (plot.available_on, plot.as_of) == (date(2026, 6, 1), date(2026, 2, 20))
    assert (plot.rent, plot.features, plot.offered) == ("每坪 500 元", "天車 5 噸", True)


def test_every_bad_cell_is_named_by_line_and_heading():
    found = listed(
        f"{HEAD}\n"
        ",楠梓,土地,100,,,,,,,,115.02.20\n"
        "A-2,火星園區,土地,很大,,,,,,,,115.02.20\n"
        "A-3,臺南科學園區,飛機,100-200,,5 馬克,,115/13/1,,,,116.02.20\n"
        "A-4,楠梓,土地,0,,,,,,,,\n"
        "A-5,楠梓,土地,10,,,,,,,,115.02.20\n"
        "A-5,楠梓,土地,10,,,,,,,,115.02.20\n"
    )
    assert [(one.line, one.column) for one in found.problems] == [
        (2, "編號"), (3, "園區"), (3, "面積(坪)"), (4, "園區"), (4, "面積(坪)"), (4, "供電"), (4, "類型"),
        (4, "資料日期"),
        (4, "可交付日"), (5, "面積(坪)"), (5, "資料日期"), (7, "編號"),
    ]  # fmt: skip
    assert str(found.problems[1]) == "第 3 列「園區」「火星園區」：不認得這個園區。"


def test_the_day_of_a_list_is_that_of_its_cells_its_title_what_was_said_or_of_the_import():
    plain = "編號,園區,面積\nA,楠梓,100\n"
    assert listed(f"可供用地（資料日期：115年2月1日）\n{plain}").plots[0].as_of == date(2026, 2, 1)
    assert listed(f"{plain}\n資料日期：115.02.03,,\n").plots[0].as_of == date(2026, 2, 3)
    assert listed(plain, as_of=date(2026, 2, 5)).plots[0].as_of == date(2026, 2, 5)
    unsaid = listed(plain)
    assert unsaid.plots[0].as_of == TODAY
    assert "以匯入日 2026-03-02 為資料日期" in unsaid.remarks[0]
    old = listed(plain, as_of=date(2026, 1, 1))
    assert any("逾 30 日" in remark for remark in old.remarks)


def test_totals_titles_and_columns_of_others_do_no_harm_and_missing_ones_are_named():
    found = listed("楠梓園區可供租清冊,,,\n標的編號,園區別,可租面積,經辦\nA,楠梓,100,王\n合計,,100,\n")
    assert [plot.code for plot in found.plots] == ["A"]
    assert any("經辦" in remark for remark in found.remarks)
    with pytest.raises(Invalid, match="面積") as refused:
        listed("編號,園區\nA,楠梓\n")
    assert refused.value.code == "plots_columns"


@pytest.mark.parametrize("form", [Format.XLSX, Format.ODS])
def test_a_workbook_is_read_like_a_csv(form):
    table = Table(
        title="清冊", columns=("編號", "園區", "面積", "資料日期", "狀態"), notes=(), made_at=MONDAY,
        rows=[(12, "楠梓", 826.4, date(2026, 2, 20), "已出租"), ("B", "前鎮", "500坪", "1150220", "")],
    )  # fmt: skip
    found = read_list(sheets.read(write(table, form)), office().offices.find_park, today=TODAY)
    assert found.problems == []
    assert [(plot.code, plot.park, round(plot.area), plot.offered, plot.as_of.day) for plot in found.plots] == [
        ("12", "楠梓", 826, False, 20), ("B", "前鎮", 1653, True, 20),
    ]  # fmt: skip


PING = 400 / 121


@pytest.mark.parametrize(
    ("text", "field", "least", "most"),
    [
        ("兩三百坪、要有天車", "area", 200 * PING, 300 * PING), ("5到6百坪", "area", 500 * PING, 600 * PING),
        ("200～300坪", "area", 200 * PING, 300 * PING), ("大約300坪左右", "area", 240 * PING, 360 * PING),
        ("至少 1,500 平方公尺", "area", 1500, None), ("一公頃以內", "area", None, 10000),
        ("用電五百瓩", "power", 500, 500), ("100馬力", "power", 74.6, 74.6), ("用水每日30噸", "water", 30, 30),
        ("廢水 80 CMD", "wastewater", 80, 80), ("up to 800 kW", "power", None, 800),
    ],
)  # fmt: skip
def test_a_figure_is_heard_as_firms_say_it(text, field, least, most):
    assert heard(text).measures == {
        field: Range(round(least, 1) if least else None, round(most, 1) if most else None)
    }  # fmt: skip


@pytest.mark.parametrize("text", ["載重1噸", "500", "第3期", "三樓", "2026年"])
def test_what_is_no_figure_of_a_need_is_not_taken_for_one(text):
    assert heard(text).measures == {}


@pytest.mark.parametrize(
    ("text", "seeks"),
    [
        ("想在楠梓租兩三百坪廠房", True), ("請問還有空地可租嗎", True), ("looking for land to build a factory", True),
        ("工場用の土地を探しています", True), ("我要續約土地租賃", False), ("租地要繳多少預約金", False),
        ("廠房漏水", False),
    ],
)  # fmt: skip
def test_who_looks_for_land_is_told_from_who_has_some(text, seeks):
    assert seeks_land(text) is seeks


def said(need, text, asked=None):
    offices = office().offices
    return told(need, text, offices.own_parks, offices.find_park, asked=asked)


def test_one_sentence_answers_several_questions_and_the_rest_are_asked_skipped_or_changed():
    need = said(Need(), "楠梓或前鎮區，兩三百坪的廠房，要有天車，半導體，明年第二季")
    assert (need.parks, need.districts, need.form) == (("楠梓",), ("前鎮區",), BUILDING)
    assert (need.industry, need.when, need.features) == ("半導體", "明年第二季", ("天車",))
    assert need.missing == ("power", "water", "wastewater")
    assert said(need, "500", asked="power").measures["power"] == Range(500, 500)
    assert said(need, "不確定", asked="power").missing == ("water", "wastewater")
    changed = said(need.skip("power"), "改成土地，用電 300 kW")
    assert (changed.form, changed.measures["power"], changed.skipped) == (LAND, Range(300, 300), ())
    assert said(need, "謝謝") is None
    assert need_from(changed.plain()) == changed
    assert skips("都可以")


def plot(**changes):
    values = {"code": "A", "park": "楠梓", "form": BUILDING, "area": 826.0, "as_of": TODAY}
    return Plot(**{**values, **changes})


def verdicts(need, one):
    (fit,) = fits(need, [(1, one)], {"楠梓": ("楠梓區", "高雄市")})
    return fit.verdict, {point.question: point.verdict for point in fit.points}


def test_what_fits_is_said_point_by_point_and_what_the_list_leaves_open_is_no_refusal():
    need = said(Need(), "楠梓區，兩三百坪的廠房，用電 500 kW，廢水 10 CMD，半導體，要有天車，明年")
    verdict, points = verdicts(need, plot(power=400, industry="電子零組件、半導體"))
    assert verdict is Verdict.NO
    assert points == {
        "where": "yes", "form": "yes", "area": "yes", "power": "no", "wastewater": "open", "industry": "yes",
        "features": "open", "when": "open",
    }  # fmt: skip
    assert verdicts(need, plot(power=500, features="固定式天車"))[1]["features"] == "yes"
    assert {"where": "no", "area": "no"}.items() <= verdicts(need, plot(park="前鎮", area=5000))[1].items()
    assert verdicts(Need(), plot()) == (Verdict.YES, {})


def test_nothing_is_fresh_after_thirty_days():
    assert [fresh(date(2026, 1, 31), TODAY), fresh(date(2026, 1, 30), TODAY), fresh(date(2026, 3, 3), TODAY)] == [
        True, False, False,
    ]  # fmt: skip
