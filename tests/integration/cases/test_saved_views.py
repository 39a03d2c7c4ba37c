"""Views of the list: those that everybody has, and those kept under a name with columns and order; files follow."""

import csv
import io

import pytest

from knowledge.calendar.office_calendar import local
from routing.service.cases import queries as case_queries
from routing.store.cases import queries as store
from routing.store.cases.schema import Case as CaseRow
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def shown(page):
    """The numbers in the list, in its order."""
    return [link.rpartition("/")[2] for link in page.outline.links if link.startswith("/desk/cases/KP-")]


def change(service, number, **values):
    with service.runtime.database.writing() as session:
        row = store.by_number(session, number)
        for name, value in values.items():
            setattr(row, name, value)


def test_everybody_has_the_views_of_the_day(service):
    mine, bobs, late, due = (service.opened() for _ in range(4))
    service.post("sue", f"/cases/{bobs}/assignment", {"assignee": email("bob")})
    service.post("sue", f"/cases/{late}/assignment", {"assignee": None})
    service.post("alice", f"/cases/{mine}/watch", {"watched": True})
    today = local(service.now).date()
    change(service, due, promised_on=today)
    change(service, late, promised_on=today.replace(day=1))
    alice = Visitor(service, "alice")
    page = alice.get("/desk/cases")
    assert page.outline.broken_rules() == []
    views = {link for link in page.outline.links if link.startswith("/desk/cases?")}
    assert len(views) == 12
    for query, numbers in (
        ("whose=mine&status=open", {mine, due}), ("whose=deputy&status=open", set()),
        ("whose=unit&status=open", {mine, bobs, late, due}), ("whose=nobody&status=open", {late}),
        ("due=today", {due}), ("overdue=1", {late}), ("mark=watched", {mine}),
    ):  # fmt: skip
        assert f"/desk/cases?{query}" in views
        assert set(shown(alice.get(f"/desk/cases?{query}"))) == numbers, query
    service.post("alice", f"/cases/{mine}/messages", {"text": "x", "via": "phone"})
    service.post("alice", f"/cases/{mine}/close", {"outcome": "answered", "summary": "x"})
    assert set(shown(alice.get("/desk/cases?whose=mine&status=open"))) == {due}


@pytest.mark.parametrize("order", ["newest", "oldest", "promised"])
def test_pages_in_any_order_hold_every_case_once(service, order):
    numbers = []
    today = local(service.now).date()
    for place in range(5):
        numbers.append(service.opened())
        change(service, numbers[-1], promised_on=None if place in {1, 3} else today.replace(day=28 - place))
        service.later(minutes=1)
    found, cursor = [], None
    with service.runtime.reading() as (session, office):
        actor = case_queries.Actor(name="sue", email=email("sue"), role="supervisor")
        wanted = store.CaseFilter(today=today, order=order)
        for _ in range(6):
            page = case_queries.list_cases(session, office, actor, wanted, limit=2, cursor=cursor, now=service.now)
            found += [line.row.number for line in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    by_promise = [numbers[4], numbers[2], numbers[0], numbers[1], numbers[3]]
    assert found == {"newest": numbers[::-1], "oldest": numbers, "promised": by_promise}[order]


def test_a_view_is_kept_with_columns_and_order_and_its_file_follows(service):
    number = service.opened()
    alice = Visitor(service, "alice")
    page = alice.get("/desk/cases?status=open&column=assignee&column=due&column=&order=promised")
    assert page.outline.broken_rules() == []
    assert number in shown(page)
    kept = alice.send(page, "/desk/views", name="  我的待辦 ")
    assert "已儲存檢視" in kept.text
    (view,) = [link for link in kept.outline.links if "columns=assignee%2Cdue" in link and "order=promised" in link][:1]
    page = alice.get(view)
    heads = [part.partition("</th>")[0] for part in page.html.split('<th scope="col">')[1:]]
    assert heads == ["案件", "承辦人", "限辦日期"]
    (address,) = [link for link in page.outline.links if "file.csv" in link]
    rows = list(csv.reader(io.StringIO(alice.get(address).html.lstrip("\ufeff"))))
    head = next(row for row in rows if "案號" in row)
    assert head == ["案號", "主旨", "承辦人", "限辦日期", "預定回復日", "剩餘工作天", "逾限"]
    assert rows[rows.index(head) + 1][0] == number
    for ending in ("ods", "xlsx"):
        assert alice.ask("GET", address.replace("csv", ending)).status == 200
    assert "我的待辦" not in Visitor(service, "bob").get("/desk/cases").text
    with service.runtime.database.reading() as session:
        assert session.query(CaseRow).count() == 1


def test_a_view_is_shared_by_a_unit_replaced_by_name_and_taken_away(service):
    alice, bob, carol = (Visitor(service, who) for who in ("alice", "bob", "carol"))
    page = alice.get("/desk/cases?mark=watched&status=open")
    data = {**page.form("/desk/views").fields, "name": "列管追蹤"}
    assert "（單位共用）" not in alice.ask("POST", "/desk/views", data=data).text
    assert "（單位共用）" in alice.ask("POST", "/desk/views", data={**data, "shared": "yes"}).text
    assert alice.get("/desk/cases").text.count("列管追蹤") == 2
    assert "列管追蹤" in bob.get("/desk/cases").text
    assert not bob.get("/desk/cases").offers("/remove")
    assert "列管追蹤" not in carol.get("/desk/cases").text
    (form,) = [one for one in alice.get("/desk/cases").outline.forms if one.action.endswith("/remove")]
    assert bob.ask("POST", form.action).status == 404
    assert "已刪除檢視" in alice.ask("POST", form.action).text
    assert "列管追蹤" not in bob.get("/desk/cases").text
    for name in ("", "x" * 41):
        assert alice.ask("POST", "/desk/views", data={**data, "name": name}).status == 422
    trail = Visitor(service, "adam").get("/desk/admin/audit").text
    assert "儲存檢視" in trail
    assert "刪除檢視" in trail
