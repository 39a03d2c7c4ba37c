"""Two periods side by side: the same days of a base year beside those asked for, and the words explained."""

import csv
import io
import re
from urllib.parse import urlencode

import pytest

from routing.domain.reporting.example import CASES
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.reporting.test_histories import at, line, take_in

DAYS = {"from": "2026-01-01", "to": "2026-01-31"}
JANUARY = urlencode(DAYS)


def closed(day, serial, *, on):
    return line(f"{day}T10:00:00+08:00", serial=serial, events=[at(f"{on}T10:00:00", "closed", outcome="answered")])


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        take_in(service, [closed("2025-01-06", 1, on="2025-01-16"), *(
            closed("2025-01-07", serial, on="2025-01-09") for serial in range(2, 32)
        ), *(closed("2026-01-05", serial, on="2026-01-06") for serial in range(1, 31))])  # fmt: skip
        yield service


@pytest.fixture
def sue(service):
    return Visitor(service, "sue")


def row_of(page, label):
    found = re.search(rf'<th scope="row">{label}</th>(.*?)</tr>', page.html.split('id="beside"')[1], re.DOTALL)[1]
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found, re.DOTALL)]


def test_the_same_days_of_the_base_year_stand_beside_the_period(sue):
    page = sue.get(f"/desk/turnaround?{JANUARY}&base=114")
    assert page.outline.broken_rules() == []
    assert row_of(page, "受理") == ["30", "31", "－1"]
    assert row_of(page, "依限辦結率") == ["100.00%", "96.77%", "＋3.23 個百分點"]
    assert row_of(page, "使用日數－中位數") == ["1.0", "2.0", "－1.0"]
    assert row_of(page, "首次回復（上班分鐘）－中位數") == ["無案件", "無案件", "件數不足"]
    late = re.search(r'href="([^"]+figure=late[^"]*)">1</a>', page.html.split('id="beside"')[1])[1]
    assert "from=2025-01-01" in late
    assert "KP-1140106-0001" in sue.get(late.replace("&amp;", "&")).text


def test_no_claim_is_made_of_few_cases_nor_of_days_across_kinds(sue):
    page = sue.get("/desk/turnaround?from=2026-01-01&to=2026-01-05&base=114")
    assert row_of(page, "依限辦結率")[2] == "件數不足"
    mixed = sue.get(f"/desk/turnaround?{JANUARY}&base=114&kind=all")
    table = mixed.html.split('id="beside"')[1].split("</table>")[0]
    assert "受理" in table
    assert "使用日數" not in table


def test_without_a_base_year_nothing_stands_beside_and_a_wrong_one_keeps_the_form(sue):
    assert "兩期對照" not in sue.get(f"/desk/turnaround?{JANUARY}").text
    page = sue.get(f"/desk/turnaround?{JANUARY}&base=115")
    assert page.status == 422
    assert "請選擇早於統計期間之對照年" in page.text


def test_the_file_has_both_periods_and_is_the_one_that_programs_get(service, sue):
    page = sue.get(f"/desk/turnaround?{JANUARY}&base=114&by=unit")
    address = re.search(r'href="(/desk/turnaround/file.csv[^"]+)"', page.html)[1].replace("&amp;", "&")
    rows = list(csv.DictReader(io.StringIO(sue.get(address).answer.content.decode("utf-8-sig"))))
    told = [(row["統計期間"][:7], row["單位"], row["受理"]) for row in rows]
    programs = service.get("sue", "/turnaround", **DAYS, base=2025, by="unit", format="csv")
    assert list(csv.DictReader(io.StringIO(programs.content.decode("utf-8-sig")))) == rows
    assert told == [
        ("115 年 1", "合計", "30"), ("115 年 1", "用地工程科", "30"),
        ("114 年 1", "合計", "31"), ("114 年 1", "用地工程科", "31"),
    ]  # fmt: skip


def test_the_words_are_explained_by_what_the_engine_counts(sue):
    """Each counted by hand from the cases of the example."""
    page = sue.get("/desk/turnaround/words")
    assert page.outline.broken_rules() == []
    text = re.sub(r"\s+", " ", page.text)
    for example in (
        "例：甲，共 1。", "例：乙、丙、丁、戊、己、庚、辛，共 7。", "例：己，共 1。", "例：甲、乙、丙、丁、己，共 5。",
        "例：丁，共 1。", "例：戊，共 1。", "例：5÷6＝83.33%。", "例：庚，共 1。", "例：辛，共 1。",
        "甲 3.0 日、乙 2.0 日、丙 2.0 日、丁 5.0 日、戊 5.0 日、己 1.0 日；平均 3.0、中位數 2.5、第 90 百分位 5.0 日。",
        "例：乙 90 分鐘；", "例：丙 3.0 日，合計 3 日。", "例：甲 2.0 日，合計 2 日。",
        "例：戊：用地工程科 5.0 日、投資服務科 0.0 日。",
        "使用日數合計 18.0 日＝會辦等待 2 日＋本分局辦理 16.0 日；待廠商補件 3 日另列。", "例：丙，1÷7＝14.29%。",
        "回收率 41.67%、滿意度 90.00%、抽樣誤差 ±6.38%。", "本年 2.4 日（45 件）：20.00%。", "8 次：80.00%。",
    ):  # fmt: skip
        assert example in text, example
    assert text.count("例：") >= 18
    assert len(CASES) == 8


def test_programs_read_the_same_comparison(service, sue):
    page = sue.get(f"/desk/turnaround?{JANUARY}&base=114")
    answer = service.get("sue", "/turnaround", **DAYS, base=114, by="unit").json()
    base = answer["base"]
    assert (base["from"], base["to"], base["received"]) == ("2025-01-01", "2025-01-31", 31)
    assert [group["key"] for group in base["groups"]] == ["用地工程科"]
    moved = {(one["figure"], one["part"]): one for one in base["moved"]}
    shown = re.findall(r'<th scope="row">([^<]+)</th>', page.html.split('id="beside"')[1].split("</table>")[0])
    assert len(base["moved"]) == len(shown)
    assert moved["received", None] == {"figure": "received", "part": None, "now": 30, "before": 31, "change": -1}
    assert moved["on_time_rate", None]["change"] == 1 - 30 / 31
    assert moved["first_reply_minutes", "median"]["change"] is None
    assert service.get("sue", "/turnaround", **DAYS, base=115).status_code == 422
