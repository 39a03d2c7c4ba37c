"""The turnaround page: the numbers of the report, each with a way to exactly its cases, and the report as files."""

import csv
import io
import re
import zipfile
from base64 import b64decode
from datetime import datetime

import pytest

from knowledge.calendar.office_calendar import TAIPEI
from tests.harness.cast import email
from tests.harness.counting import about, statements
from tests.harness.pages import Visitor
from tests.harness.service import Service

OCTOBER = "from=2026-10-01&to=2026-10-31"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Six cases of October by Alice, one of them late, and one of Bob; the clock then stands in November."""
    october = datetime(2026, 10, 5, 9, 0, tzinfo=TAIPEI)
    with Service(f"sqlite:///{tmp_path_factory.mktemp('turn') / 'desk.db'}", now=october) as service:
        for position in range(6):
            service.now = datetime(2026, 10, 12 + position % 3, 9, 0, tzinfo=TAIPEI)
            number = service.opened(text=f"第 {position} 件", category="land" if position % 2 else "construction")
            close(service, "alice", number, days=8 if position == 5 else 1)
        service.now = datetime(2026, 10, 19, 9, 0, tzinfo=TAIPEI)
        number = service.opened()
        service.post("sue", f"/cases/{number}/assignment", {"assignee": email("bob")})
        close(service, "bob", number, days=1)
        service.now = datetime(2026, 11, 16, 9, 0, tzinfo=TAIPEI)
        yield service


def close(service, who, number, *, days):
    service.later(hours=1)
    assert service.post(who, f"/cases/{number}/messages", {"text": "已說明", "via": "phone"}).status_code == 201
    service.later(days=days)
    body = {"outcome": "answered", "summary": "完成"}
    assert service.post(who, f"/cases/{number}/close", body).status_code == 200


@pytest.fixture
def sue(service):
    return Visitor(service, "sue")


def test_the_last_complete_month_is_shown_unless_another_period_is_asked_for(sue):
    page = sue.get("/desk/turnaround")
    assert "115 年 10 月 1 日 至 115 年 10 月 31 日" in page.text
    narrowed = sue.send(page, "/desk/turnaround", **{"from": "2026-10-12", "to": "2026-10-12"})
    assert "115 年 10 月 12 日 至 115 年 10 月 12 日" in narrowed.text


def test_the_page_shows_the_numbers_of_the_api_rounded_once(service, sue):
    report = service.get("sue", "/turnaround", **{"from": "2026-10-01", "to": "2026-10-31"}).json()
    assert (report["received"], report["closed_cases"], report["late"]) == (7, 7, 1)
    text = re.sub(r"\s+", " ", sue.get(f"/desk/turnaround?{OCTOBER}").text)
    assert "依限辦結率85.71%" in text.replace(" ", "")
    assert f"計算規則版本 {report['rules']}；辦公日曆版本 {report['calendar']}；產出時間 115.11.16 09:00" in text


def test_every_number_leads_to_exactly_its_cases(service, sue):
    """R-traps: a number that cannot be opened cannot be checked."""
    page = sue.get(f"/desk/turnaround?{OCTOBER}&by=category")
    links = re.findall(r'<a href="(/desk/turnaround/cases\?[^"]+)">([0-9.,%]+)</a>', page.html)
    assert len(links) > 15
    for link, shown in links:
        cases = sue.get(link.replace("&amp;", "&"))
        assert cases.status == 200
        numbers = set(re.findall(r"/desk/cases/(KP-[0-9-]+)", cases.html))
        if "figure=received" in link or "figure=closed" in link or "figure=late" in link:
            assert len(numbers) == int(shown)
        assert numbers


def test_a_median_opens_the_page_that_holds_it_and_marks_it(service, sue):
    """Seven cases: the fourth is the median; the 90th percentile lies between the two that took longest."""
    page = sue.get(f"/desk/turnaround?{OCTOBER}&by=category")
    html = page.html.replace("&amp;", "&")
    groups = html.split('id="groups"')[1].split("</table>")[0]
    assert not re.search(r"<td>[0-9.]+%?</td>", groups.replace("<td>0</td>", ""))
    assert "figure=days_used&part=median" in html
    listed = sue.get(f"/desk/turnaround/cases?{OCTOBER}&kind=ENQ&figure=days_used&part=median")
    rows = listed.html.split("<tbody>")[1].split("</tr>")[:-1]
    marks = [re.findall(r"最多|第 90 百分位|中位數|最少", row) for row in rows]
    assert marks == [["最多", "第 90 百分位"], ["第 90 百分位"], [], ["中位數"], [], [], ["最少"]]
    table = sue.get(f"/desk/turnaround/cases/file.csv?{OCTOBER}&kind=ENQ&figure=days_used").answer
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["標示"] for row in rows][3] == "中位數"


def test_cases_by_days_are_a_chart_a_table_lists_and_the_numbers_of_the_api(service, sue):
    page = sue.get(f"/desk/turnaround?{OCTOBER}")
    bands = service.get("sue", "/turnaround", **{"from": "2026-10-01", "to": "2026-10-31"}).json()["bands"]
    assert bands["days_used"] == {"0": 0, "1-3": 6, "4-6": 1, "7-29": 0, "30+": 0}
    assert set(bands["open_age"].values()) == {0}
    table = page.html.split("使用日數分布，與上圖相同")[1].split("</table>")[0]
    linked = [(address.replace("&amp;", "&"), int(count)) for address, count in LINK.findall(table)]
    assert [count for _, count in linked] == [6, 1]
    for address, count in linked:
        assert len(set(re.findall(r"/desk/cases/(KP-[0-9-]+)", sue.get(address).html))) == count
    assert "案齡，與上圖相同" not in page.html


LINK = re.compile(r'<a href="([^"]+)">([0-9]+)</a>')


def test_a_month_without_cases_is_empty_and_neither_nought_nor_all_on_time(sue):
    """R1: a figure without cases is never 0 and never 100 %."""
    page = sue.get("/desk/turnaround?from=2026-03-01&to=2026-03-31")
    text = re.sub(r"\s+", "", page.text)
    assert "依限辦結率無案件" in text
    assert "使用日數（中位數）無案件" in text
    assert "100" not in text.split("各月辦結案件")[0].replace("第100", "")
    assert "0.00%" not in text


def test_small_groups_of_people_are_not_shown(sue):
    page = sue.get(f"/desk/turnaround?{OCTOBER}&by=officer")
    assert "不足 5 件的承辦人不列出（2 人" in page.text
    assert "bob" not in page.text


def test_all_kinds_side_by_side_and_no_average_across_them(sue):
    page = sue.get(f"/desk/turnaround?{OCTOBER}&kind=all&by=unit")
    assert page.outline.broken_rules() == []
    for words in ("一般諮詢", "人民陳情", "依法申請", "天數不合併平均"):
        assert words in page.text


def test_the_chart_is_a_still_image_with_the_same_numbers_in_a_table(sue):
    page = sue.get(f"/desk/turnaround?{OCTOBER}")
    image = b64decode(re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)"', page.html)[1]).decode()
    assert image.startswith("<svg")
    assert "<script" not in image
    assert "依限辦結 6 件，逾限辦結 1 件" in page.html
    row = re.search(r"115 年 10 月</th>(.*?)</tr>", page.html, re.DOTALL)[1]
    assert re.findall(r"<td[^>]*>(?:<a [^>]*>)?([^<]*)(?:</a>)?</td>", row)[:4] == ["7", "7", "6", "1"]


@pytest.mark.parametrize("query", [OCTOBER, f"{OCTOBER}&kind=all&by=unit"])
def test_report_and_chart_are_counted_from_one_reading_of_what_is_kept_and_no_history(service, sue, query):
    sue.get(f"/desk/turnaround?{query}")
    with statements(service.runtime.database) as sent:
        assert sue.get(f"/desk/turnaround?{query}").status == 200
    read = about(sent, "FROM case_event")
    ratings = [one for one in read if "case_event.event IN" in one]
    assert (len(about(sent, "FROM case_spell")), len(read), len(ratings)) == (1, 1, 1)


@pytest.mark.parametrize("ending", ["ods", "xlsx", "csv"])
def test_the_report_can_be_taken_away(sue, ending):
    answer = sue.get(f"/desk/turnaround/file.{ending}?{OCTOBER}&by=category").answer
    assert answer.headers["content-disposition"] == f'attachment; filename="turnaround-20261001-20261031.{ending}"'
    if ending == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row[1] for row in rows[1:]] == ["合計", "土地", "建廠"]
    else:
        assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None


def test_another_file_format_is_no_page(sue):
    assert sue.get(f"/desk/turnaround/file.exe?{OCTOBER}").status == 404


def test_an_unknown_figure_is_refused(sue):
    assert sue.get(f"/desk/turnaround/cases?{OCTOBER}&figure=luck").status == 422


def test_confidential_cases_count_and_are_named_only_to_those_who_may_see_them(service, sue):
    """Carol is of another unit: the number stands, the case does not show."""
    cases = f"/desk/turnaround/cases?{OCTOBER}&figure=late"
    number = re.search(r"/desk/cases/(KP-[0-9-]+)", sue.get(cases).html)[1]
    service.post("sue", f"/cases/{number}/confidential", {"confidential": True})
    carol = Visitor(service, "carol").get(cases)
    assert number not in carol.html
    assert "本頁另有 1 件保密案件" in carol.text


@pytest.mark.parametrize("by", ["officer", "month", "category", "topic", "channel", "unit"])
def test_files_of_page_and_api_name_groups_in_the_same_words(service, sue, by):
    """A file by officer said names on the page and e-mails in the API; by month 115 年 10 月 and 2026-10."""
    period = {"from": "2026-10-01", "to": "2026-10-31", "by": by}
    on_page = sue.get(f"/desk/turnaround/file.csv?{OCTOBER}&by={by}").text
    in_api = service.get("sue", "/turnaround", **period, format="csv").text
    assert list(csv.reader(io.StringIO(in_api))) == list(csv.reader(io.StringIO(on_page)))


def test_days_are_written_as_the_office_writes_them(sue):
    page = sue.get("/desk/turnaround?from=115.10.1&to=1151031")
    assert "115 年 10 月 1 日 至 115 年 10 月 31 日" in page.text
    assert page.html.count('value="115.10.01"') == 1
    assert "from=2026-10-01&amp;to=2026-10-31" in page.html


@pytest.mark.parametrize(
    ("typed", "said"),
    [("from=115.13.1&to=115.10.31&by=unit", "日期請輸入"), ("from=115.11.1&to=115.10.31&by=unit", "迄日")],
)
def test_a_wrong_day_keeps_the_form_as_it_was_filled(sue, typed, said):
    page = sue.get(f"/desk/turnaround?{typed}")
    assert page.status == 422
    assert said in page.text
    assert f'value="{typed[5:13].rstrip("&")}"' in page.html
    assert re.search(r'<option value="unit" selected>', page.html)
    assert "依限辦結率" not in page.text
    assert page.outline.broken_rules() == []


def test_a_year_without_cases_has_no_chart(sue):
    page = sue.get("/desk/turnaround?from=2024-03-01&to=2024-03-31")
    assert "這段期間沒有案件。" in page.text
    assert "<img" not in page.html.split("各月辦結案件")[1].split("滿意度")[0]


def listed(sue, ending="csv", query=OCTOBER, **more):
    answer = sue.get(f"/desk/turnaround/cases/file.{ending}?{query}", params=more or None).answer
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_list_behind_a_number_is_taken_away_as_the_page_shows_it(sue):
    page = sue.get(f"/desk/turnaround/cases?{OCTOBER}&figure=closed_cases")
    assert "/desk/turnaround/cases/file.csv?" in page.html
    rows = listed(sue, query=f"{OCTOBER}&figure=closed_cases")
    assert [row["案號"] for row in rows] == re.findall(r"/desk/cases/(KP-[0-9-]+)", page.html)
    used = listed(sue, query=f"{OCTOBER}&figure=days_used")
    assert float(used[0]["使用日數"]) == max(float(row["使用日數"]) for row in used) > 3
    alone = listed(sue, query=f"{OCTOBER}&figure=closed_cases&by=category&group=land")
    assert 0 < len(alone) < len(rows)
    assert sue.get(f"/desk/turnaround/cases/file.pdf?{OCTOBER}&figure=late").status == 404
    assert sue.get(f"/desk/turnaround/cases/file.csv?{OCTOBER}&figure=x").status == 422


def test_late_cases_say_by_how_many_working_days(sue):
    (row,) = listed(sue, query=f"{OCTOBER}&figure=late")
    assert int(row["逾限（工作天）"]) > 0
    page = sue.get(f"/desk/turnaround/cases?{OCTOBER}&figure=late")
    assert f"逾限 {row['逾限（工作天）']} 個工作天" in page.text


def test_groups_stand_in_the_order_of_their_list_above_their_total(sue):
    page = sue.get(f"/desk/turnaround?{OCTOBER}&by=category")
    table = page.html.split('id="groups"')[1].split("</table>")[0]
    names = re.findall(r'<th scope="row">([^<]+)</th>', table)
    assert names[-1] == "合計"
    assert names[:-1] == ["土地", "建廠"]
    answer = sue.get(f"/desk/turnaround/file.csv?{OCTOBER}&by=category").answer
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["合計", *names[:-1]]


def test_a_file_says_whether_its_period_is_over(sue):
    for query, said in ((OCTOBER, "版次：初版。"), ("from=2026-11-01&to=2026-11-30", "期間未結束，數字仍會變動。")):
        answer = sue.get(f"/desk/turnaround/file.xlsx?{query}").answer
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            assert said in book.read("xl/sharedStrings.xml").decode()
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            # A rate, where there is one, as per cent with two decimals.
            assert ("0.00%" in book.read("xl/styles.xml").decode()) == (query == OCTOBER)
        assert 'paperSize="9"' in sheet
        assert 'orientation="landscape"' in sheet


@pytest.mark.parametrize("page", ["", "/held", "/bot", "/service"])
def test_every_page_of_a_period_and_its_files_say_that_it_is_not_over(sue, page):
    for query, there in ((OCTOBER, False), ("from=2026-11-01&to=2026-11-30", True)):
        assert ("期間未結束，數字仍會變動" in sue.get(f"/desk/turnaround{page}?{query}").text) == there
        for ending, member in (("xlsx", "xl/sharedStrings.xml"), ("ods", "content.xml")):
            answer = sue.get(f"/desk/turnaround{page}/file.{ending}?{query}").answer
            with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
                assert ("期間未結束，數字仍會變動。" in book.read(member).decode()) == there


def test_the_name_of_a_file_says_what_a_csv_has_no_room_for(sue):
    """That the period is not over; a revision, by its number."""
    name = sue.get("/desk/turnaround/file.csv?from=2026-11-01&to=2026-11-30").answer.headers["content-disposition"]
    assert "turnaround-20261101-20261130-unfinished.csv" in name
    name = sue.get(f"/desk/turnaround/file.csv?{OCTOBER}").answer.headers["content-disposition"]
    assert "turnaround-20261001-20261031.csv" in name
