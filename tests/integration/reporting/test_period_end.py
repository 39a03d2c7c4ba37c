"""Lists behind a figure: the cases as they stood at the period's end, whatever happened to them since."""

import csv
import io
import zipfile

import pytest

from tests.harness.counting import about, statements
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.reporting.test_histories import at, line, take_in

JANUARY = "from=2026-01-01&to=2026-01-31"
LATE, OPEN, BACK = "KP-1150105-0001", "KP-1150120-0002", "KP-1150106-0003"
LINES = [
    line(events=[
        at("2026-01-05T11:00:00", "assigned", to="阿里"), at("2026-01-13T10:00:00", "closed", outcome="answered"),
        at("2026-02-10T10:00:00", "reopened"), at("2026-02-11T10:00:00", "closed", outcome="withdrawn"),
    ]),
    line("2026-01-20T10:00:00+08:00", serial=2, events=[
        at("2026-01-20T11:00:00", "assigned", to="阿里"), at("2026-01-22T10:00:00", "waiting", on="agency"),
        at("2026-02-02T10:00:00", "category", category="construction"),
        at("2026-02-02T11:00:00", "transferred", unit="投資服務科"),
        at("2026-02-03T10:00:00", "assigned", to="春嬌"), at("2026-02-04T10:00:00", "closed", outcome="answered"),
    ]),
    line("2026-01-06T10:00:00+08:00", serial=3, events=[
        at("2026-01-06T11:00:00", "closed", outcome="answered"), at("2026-01-28T10:00:00", "reopened"),
        at("2026-01-29T10:00:00", "closed", outcome="answered"),
    ]),
]  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        take_in(service, LINES)
        yield service


@pytest.fixture
def sue(service):
    return Visitor(service, "sue")


def listed(sue, figure, query=JANUARY):
    answer = sue.get(f"/desk/turnaround/cases/file.csv?{query}&figure={figure}").answer
    return {row["案號"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}


def test_a_list_shows_state_officer_unit_and_category_of_the_periods_end(sue):
    row = listed(sue, "open_late")[OPEN]
    told = [row[name] for name in ("類別", "單位", "承辦人", "狀態", "辦結時間", "逾限（工作天）")]
    assert told == ["土地", "用地工程科", "阿里", "會辦中", "", "5"]
    page = sue.get(f"/desk/turnaround/cases?{JANUARY}&figure=open_late")
    assert "會辦中" in page.text
    assert "等會辦對象回復" in page.text
    assert "逾限 5 個工作天" in page.text
    for later in ("投資服務科", "春嬌", "建廠"):
        assert later not in page.html.split('class="rows case-rows"')[1]
    assert page.outline.broken_rules() == []


def test_a_case_closed_otherwise_since_is_listed_with_the_close_of_then(sue):
    row = listed(sue, "late")[LATE]
    assert (row["限辦日期"], row["辦結時間"][:10], row["逾限（工作天）"]) == ("2026-01-08", "2026-01-13", "3")
    assert LATE not in listed(sue, "late", "from=2026-02-01&to=2026-02-28")


def test_a_page_of_a_list_reads_histories_of_its_cases_alone(service, sue):
    sue.get(f"/desk/turnaround/cases?{JANUARY}&figure=received")
    with statements(service.runtime.database) as sent:
        sue.get(f"/desk/turnaround/cases?{JANUARY}&figure=received")
    assert len(about(sent, "SELECT case_event.case_id, case_event.at")) == 1


def test_late_cases_say_why_and_what_was_done(service, sue):
    page = sue.get(f"/desk/turnaround/cases?{JANUARY}&figure=late")
    assert "處理原因：未登錄" in page.text
    body = {"section": "late", "label": LATE, "figure": "會辦逾期", "evidence": "改以電話催辦", "owner": "王主任"}
    assert service.post("sue", "/annual/115/entries", body).status_code == 201
    page = sue.get(f"/desk/turnaround/cases?{JANUARY}&figure=late")
    assert "處理原因：會辦逾期" in page.text
    assert "改善：改以電話催辦" in page.text
    row = listed(sue, "late")[LATE]
    assert (row["處理原因"], row["改善"]) == ("會辦逾期", "改以電話催辦")


def test_months_that_sum_to_more_than_their_year_say_why_on_the_page_and_in_the_file(sue):
    why = "重新開啟後再辦結之案件，在各該月（週）分別計入"
    assert why in sue.get(f"/desk/turnaround?{JANUARY}").text.split("各月辦結案件")[1]
    year = "from=2026-01-01&to=2026-02-28&by=month"
    assert sue.get(f"/desk/turnaround?{year}").text.count(why) == 2
    with zipfile.ZipFile(io.BytesIO(sue.get(f"/desk/turnaround/file.xlsx?{year}").answer.content)) as book:
        assert why in book.read("xl/sharedStrings.xml").decode()


HANDED = "KP-1150107-0004"


@pytest.fixture
def handed(service):
    """A case that was late when another unit got it, two hours before it closed it."""
    take_in(service, [line("2026-01-07T10:00:00+08:00", serial=4, events=[
        at("2026-01-07T11:00:00", "assigned", to="阿里"), at("2026-01-14T14:00:00", "transferred", unit="投資服務科"),
        at("2026-01-14T14:05:00", "assigned", to="春嬌"), at("2026-01-14T16:00:00", "closed", outcome="answered"),
    ])])  # fmt: skip
    return service


def test_days_held_and_lateness_stand_with_who_had_the_case(handed):
    period = {"from": "2026-01-01", "to": "2026-01-31"}
    report = handed.get("sue", "/turnaround", **period).json()
    held = handed.get("sue", "/turnaround/held", **period).json()
    assert (held["closed_cases"], held["late"], held["open_late"]) == (3, 2, 1)
    assert held["days"] == report["days_used"]["mean"] * 3
    groups = {group.pop("key"): group for group in held["groups"]}
    assert groups["投資服務科"] == {"cases": 1, "days": 0.0, "late": 0, "open_late": 0}
    assert groups["用地工程科"] == {"cases": 3, "days": held["days"], "late": 2, "open_late": 1}
    people = handed.get("sue", "/turnaround/held", **period, by="officer").json()
    assert sum(group["days"] for group in people["groups"]) == held["days"]
    assert {group["key"]: group["late"] for group in people["groups"]} == {"阿里": 2, "春嬌": 0, None: 0}


def test_page_api_file_and_command_say_days_held_in_the_same_words(handed):
    sue = Visitor(handed, "sue")
    page = sue.get(f"/desk/turnaround/held?{JANUARY}")
    assert page.outline.broken_rules() == []
    on_page = sue.get(f"/desk/turnaround/held/file.csv?{JANUARY}").text
    in_api = handed.get("sue", "/turnaround/held", **{"from": "2026-01-01", "to": "2026-01-31"}, format="csv").text
    assert on_page == in_api
    head, *rows = list(csv.reader(io.StringIO(on_page)))
    for word in (*head[2:], *(row[1] for row in rows)):
        assert word in page.text
    assert [row[1] for row in rows] == ["合計", "投資服務科", "用地工程科"]
    late = listed(sue, "late")[HANDED]
    assert (late["單位"], late["逾限時經手單位"], late["逾限時經手人"]) == ("投資服務科", "用地工程科", "阿里")


def test_days_held_by_person_are_for_those_who_lead_and_small_numbers_are_hidden(handed):
    alice = Visitor(handed, "alice")
    assert alice.get(f"/desk/turnaround/held?{JANUARY}").status == 200
    assert alice.get(f"/desk/turnaround/held?{JANUARY}&by=officer").status == 403
    period = {"from": "2026-01-01", "to": "2026-01-31", "by": "officer"}
    assert handed.get("alice", "/turnaround/held", **period).status_code == 403
    page = Visitor(handed, "sue").get(f"/desk/turnaround/held?{JANUARY}&by=officer")
    assert "阿里" not in page.text
    assert "不足 5 件的承辦人不列出（2 人" in page.text


@pytest.mark.parametrize("query", ["&kind=all", "&by=park"])
def test_days_held_are_of_one_kind_by_unit_or_person(handed, query):
    assert Visitor(handed, "sue").get(f"/desk/turnaround/held?{JANUARY}{query}").status == 422
