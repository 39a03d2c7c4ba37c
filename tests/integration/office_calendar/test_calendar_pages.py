"""A closure, its withdrawal and a published year are looked at before they move anybody's dates (trap S4)."""

import re
from datetime import date, timedelta

import pytest

from knowledge.calendar.official_days import COLUMNS
from routing.store.cases import queries as case_store
from routing.store.office_calendar import queries as calendar_store
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.harness.spreadsheets import FORMS, sent

CLOSURE = {"day": "2026-11-18", "county": "高雄市", "district": "", "part": "full", "source": "市府公告"}


@pytest.fixture
def service(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        yield service


def due(service, number):
    with service.runtime.database.reading() as session:
        return case_store.by_number(session, number).due_on


def closures(service):
    with service.runtime.database.reading() as session:
        return calendar_store.closures(session)


def ask(service, deed, **form):
    return Visitor(service, "adam").ask("POST", f"/desk/admin/calendar/{deed}", data=form)


def test_a_closure_is_previewed_with_its_cases_and_moves_nothing_until_entered(service):
    number = service.opened()
    before = due(service, number)
    page = ask(service, "preview", **CLOSURE)
    assert page.status == 200
    assert not page.outline.broken_rules()
    assert number in page.text
    assert "1 件未結案件的限辦日期將變動" in page.text
    assert 'value="2026-11-18"' in page.html
    assert (due(service, number), closures(service)) == (before, [])
    ask(service, "close", **CLOSURE)
    assert due(service, number) > before


def test_a_part_of_a_day_is_given_by_two_times_and_moves_no_day(service):
    service.opened()
    page = ask(service, "preview", **{**CLOSURE, "part": "hours", "from": "14:00", "to": "17:30"})
    assert "目前沒有案件的限辦日期會因此變動" in page.text
    assert ask(service, "close", **{**CLOSURE, "part": "hours", "from": "14:00"}).status == 422
    ask(service, "close", **{**CLOSURE, "part": "hours", "from": "14:00", "to": "17:30"})
    assert [row.part for row in closures(service)] == ["14:00-17:30"]


def test_a_withdrawal_shows_what_comes_back_before_it_is_done(service):
    number = service.opened()
    before = due(service, number)
    ask(service, "close", **CLOSURE)
    (row,) = closures(service)
    page = ask(service, "preview-withdrawal", id=str(row.id))
    assert number in page.text
    assert closures(service)[0].withdrawn_at is None
    assert ask(service, "preview-withdrawal", id="999").status == 404
    ask(service, "withdraw", id=str(row.id))
    assert due(service, number) == before


@pytest.mark.parametrize("deed", ["preview", "close"])
def test_a_closure_lies_in_a_year_that_is_published(service, deed):
    page = ask(service, deed, **{**CLOSURE, "day": "2031-08-01"})
    assert page.status == 422
    assert "120.08.01 所在年度的辦公日曆尚未公布" in page.text
    assert closures(service) == []


def year_csv(service, year, extra):
    with service.runtime.database.reading() as session:
        office = service.runtime.office_provider.office(session)
    days = [day for day in office.calendar.days if day.date.year == year]
    rows = [",".join(COLUMNS)]
    for day in days:
        off = day.off or day.date in extra
        rows.append(f"{day.date:%Y%m%d},{'一二三四五六日'[day.date.weekday()]},{'2' if off else '0'},")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp950"])
def test_a_published_year_is_previewed_by_days_and_cases_and_then_taken_in(service, encoding):
    number = service.opened()
    before = due(service, number)
    raw = year_csv(service, 2026, {date(2026, 11, 18)}).encode(encoding)
    adam = Visitor(service, "adam")
    page = adam.ask("POST", "/desk/admin/calendar/preview-year", files={"file": ("115年.csv", raw)})
    assert page.status == 200
    assert "與目前使用的日曆不同者 1 日：115.11.18" in page.text
    assert number in page.text
    assert due(service, number) == before
    adam.send(page, "/calendar/import")
    assert due(service, number) > before
    assert "匯入）" in adam.get("/desk/admin/calendar").text


@pytest.mark.parametrize("form", FORMS)
def test_a_calendar_is_read_from_whatever_an_office_sends(service, form):
    """Days of the Republic in a CSV, typed days in a workbook, a title above, weekdays merged or left out."""
    off = set(re.findall(r"^(\d{8}),.,2", year_csv(service, 2026, {date(2026, 11, 18)}), re.MULTILINE))
    days = [date(2026, 1, 1) + timedelta(days=at) for at in range(365)]
    rows = [list(COLUMNS), *([day, None, 2 if f"{day:%Y%m%d}" in off else 0, ""] for day in days)]
    raw = sent(rows, form, title="中華民國 115 年政府行政機關辦公日曆表")
    adam = Visitor(service, "adam")
    page = adam.ask("POST", "/desk/admin/calendar/preview-year", files={"file": (f"115.{form}", raw)})
    assert "與目前使用的日曆不同者 1 日：115.11.18" in page.text
    adam.send(page, "/calendar/import")
    assert "匯入）" in adam.get("/desk/admin/calendar").text


@pytest.mark.parametrize("form", ["cp950", "xlsx"])
def test_every_cell_that_cannot_be_used_is_named(service, form):
    rows = [
        ["西元日期", "星期", "是否放假", "備註"], [date(2026, 1, 1), "四", 2, "開國紀念日"], ["115.2.30", "一", 0, ""],
        [date(2026, 1, 2), "六", 0, ""], [date(2026, 1, 5), "一", "休", ""], [date(2026, 1, 1), "四", 2, ""],
    ]  # fmt: skip
    page = Visitor(service, "adam").ask(
        "POST", "/desk/admin/calendar/preview-year", files={"file": ("x", sent(rows, form))}
    )
    for said in ("A3「西元日期」", "B4「星期」", "C5「是否放假」", "A6「西元日期」：2026-01-01 重複"):
        assert said in page.text


def test_a_file_that_is_no_calendar_is_refused_with_the_reason(service):
    page = Visitor(service, "adam").ask(
        "POST", "/desk/admin/calendar/preview-year", files={"file": ("x.csv", b"a,b\n1,2\n")}
    )
    assert page.outline is not None
    assert 'role="alert"' in page.html


@pytest.mark.parametrize("deed", ["preview", "preview-withdrawal", "preview-year", "import"])
def test_only_administrators_look_and_import(service, deed):
    assert Visitor(service, "alice").ask("POST", f"/desk/admin/calendar/{deed}", data=CLOSURE).status == 403
