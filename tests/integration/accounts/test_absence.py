"""A colleague is on leave or has left: no case of theirs lies unseen (traps A4, A5; contract §5)."""

from datetime import date

import pytest
from sqlalchemy import select

from routing.domain.errors import Forbidden, Invalid
from routing.service.accounts import commands as account_commands
from routing.store.accounts.schema import Staff
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def away(service, who, deputy=None, *, last="2026-11-20", by="adam", first="2026-11-16"):
    adam = Visitor(service, by)
    page = adam.get("/desk/admin/absences")
    typed = {"email": email(who), "first": first, "last": last, "deputy": email(deputy) if deputy else ""}
    return adam.send(page, "/absences/add", **typed)


def row_of(page, number):
    """The row of a case in a list, as HTML."""
    start = page.html.index(f'/desk/cases/{number}"')
    return page.html[page.html.rindex("<tr", 0, start) : page.html.index("</tr>", start)]


def test_the_deputy_finds_the_cases_marked_and_writes_them_across_units(service):
    number = service.opened()
    assert service.post("carol", f"/cases/{number}/messages", {"text": "x", "internal": True}).status_code == 403
    away(service, "alice", "carol")
    queue = Visitor(service, "carol").get("/desk")
    assert "代理" in row_of(queue, number)
    assert "請假至 115.11.20，carol代理" in row_of(queue, number)
    page = Visitor(service, "carol").get(f"/desk/cases/{number}")
    assert "代理" in page.text
    assert "請假至 115.11.20，carol代理" in page.text
    assert "已登錄回復" in Visitor(service, "carol").step(number, "reply", text="代理回復。", via="phone").text
    found = service.get("carol", "/cases", assignee="deputy").json()["items"]
    assert [item["number"] for item in found] == [number]
    said = service.post("carol", f"/cases/{number}/messages", {"text": "已查", "internal": True})
    assert said.status_code == 201
    assert service.get("carol", f"/cases/{number}").json()["actions"]
    service.later(days=5)
    assert service.get("carol", "/cases", assignee="deputy").json()["items"] == []
    assert service.post("carol", f"/cases/{number}/messages", {"text": "x", "internal": True}).status_code == 403


def test_a_confidential_case_is_the_deputys_too_and_nobody_elses(service):
    number = service.opened()
    assert service.post("alice", f"/cases/{number}/confidential", {"confidential": True}).status_code == 200
    assert service.get("carol", f"/cases/{number}").status_code == 404
    away(service, "alice", "carol")
    assert service.get("carol", f"/cases/{number}").status_code == 200
    assert number in service.get("carol", "/cases", q=number).text
    assert number in Visitor(service, "carol").get("/desk").html


def test_an_officer_away_without_a_deputy_leaves_the_cases_to_the_unit(service):
    number = service.opened()
    away(service, "alice")
    page = Visitor(service, "bob").get("/desk")
    assert "請假至 115.11.20，無代理人" in row_of(page, number)
    assert page.html.index('id="group-unassigned"') < page.html.index(f'/desk/cases/{number}"')
    assert number not in Visitor(service, "carol").get("/desk").html


def test_nothing_is_given_to_somebody_on_leave_by_any_door(service):
    """A5; by the desk, the API, automatically, and by reopening."""
    number = service.opened()
    done = {"outcome": "withdrawn", "summary": "撤回"}
    closed = service.opened()
    assert service.post("alice", f"/cases/{closed}/close", done).status_code == 200
    assert service.post("sue", f"/cases/{number}/assignment", {"assignee": email("bob")}).status_code == 200
    away(service, "alice", "carol")
    refused = service.post("sue", f"/cases/{number}/assignment", {"assignee": email("alice")})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "assignee_away", "assignee")
    assert "請假至 115.11.20" in refused.json()["detail"]
    assert "carol" in refused.json()["detail"]
    page = Visitor(service, "sue").step(number, "assignment", assignee=email("alice"))
    assert page.status == 422
    assert "請假至 115.11.20" in page.text
    assert service.post("sue", f"/cases/{closed}/reopen", {"reason": "再問"}).json()["assignee"] == email("bob")
    assert service.post("sue", "/cases", {"channel": "phone", "category": "land", "text": "x"}).json()["assignee"] == (
        email("bob")
    )


def test_every_list_of_people_says_who_is_away_until_when(service):
    number = service.opened()
    away(service, "alice", "carol")
    sue, adam = Visitor(service, "sue"), Visitor(service, "adam")
    pages = (sue.get(f"/desk/cases/{number}"), sue.get("/desk/cases"), adam.get("/desk/admin/staff"),
             adam.get("/desk/admin/absences"))  # fmt: skip
    for page in pages:
        assert "alice" in page.text
        assert "請假至 115.11.20，carol代理" in page.text
    people = {one["email"]: one for one in service.get("bob", "/staff").json()["items"]}
    assert {name: people[email("alice")][name] for name in ("absent", "absent_until", "deputy")} == {
        "absent": True, "absent_until": "2026-11-20", "deputy": "carol",
    }  # fmt: skip
    assert people[email("bob")]["absent_until"] is None


def test_a_supervisor_enters_the_leave_of_the_own_unit_and_takes_it_back(service):
    with service.runtime.database.writing() as session:
        session.scalars(select(Staff).where(Staff.email == email("sue"))).one().unit = "用地工程科"
    sue = Visitor(service, "sue")
    assert "請假與代理" in sue.get("/desk").text
    page = sue.get("/desk/admin/absences")
    assert page.form("/absences/add").choices["email"][1:] == [email(name) for name in ("alice", "bob", "sue")]
    assert email("carol") in page.form("/absences/add").choices["deputy"]
    assert "115.11.16 至 115.11.20" in away(service, "alice", "carol", by="sue").text
    away(service, "carol", by="adam", first="2026-11-23", last="2026-11-24")
    mine = sue.get("/desk/admin/absences")
    assert "115.11.23" not in mine.text
    refused = sue.ask("POST", "/desk/admin/absences/add", data={"email": email("carol"), "first": "2026-12-01",
                                                                 "last": "2026-12-01"})  # fmt: skip
    assert refused.status == 403
    assert "目前沒有請假" in sue.send(mine, "/absences/remove").text
    assert Visitor(service, "alice").get("/desk/admin/absences").status == 403


def test_an_account_with_open_cases_is_closed_only_with_a_word_to_whom_they_go(service):
    first, second = service.opened(), service.opened()
    adam = Visitor(service, "adam")
    page = adam.get("/desk/admin/staff")
    asked = adam.ask("POST", "/desk/admin/staff/disable", data={"email": email("alice")})
    assert asked.status == 422
    assert "alice尚有 2 件未結案件；請選擇由誰接辦" in asked.text
    forms = [form for form in page.outline.forms if form.action.endswith("/staff/disable")]
    form = next(form for form in forms if form.fields["email"] == email("alice"))
    assert sorted(form.choices["to"]) == sorted(["", "auto", *(email(who) for who in ("adam", "bob", "carol", "sue"))])
    adam.ask("POST", form.action, data={"email": email("alice"), "to": email("carol")})
    for number in (first, second):
        case = service.get("adam", f"/cases/{number}").json()
        assert case["assignee"] == email("carol")
        assert case["events"][-1]["reason"] == "alice帳號停用，移交"
    assert service.get("alice", "/me").status_code == 401
    back = adam.send(adam.get("/desk/admin/staff"), "/staff/enable", email=email("alice"))
    assert "帳號已更新" in back.text
    with service.runtime.database.reading() as session:
        assert session.scalars(select(Staff).where(Staff.email == email("alice"))).one().disabled_at is None
    again = adam.ask("POST", "/desk/admin/staff/enable", data={"email": email("alice")})
    assert again.status == 422


def test_by_rule_each_case_goes_to_the_right_one_and_to_nobody_who_is_away(service):
    number = service.opened()
    away(service, "bob")
    adam = Visitor(service, "adam")
    gone = adam.ask("POST", "/desk/admin/staff/disable", data={"email": email("alice"), "to": email("bob")})
    assert gone.status == 422
    assert "請假至 115.11.20" in gone.text
    assert service.get("alice", "/me").status_code == 200, "refused as a whole"
    adam.ask("POST", "/desk/admin/staff/disable", data={"email": email("alice"), "to": "auto"})
    assert service.get("adam", f"/cases/{number}").json()["assignee"] is None


def test_what_an_account_closed_before_still_holds_is_seen_by_its_unit(service):
    number = service.opened()
    with service.runtime.database.writing() as session:
        session.scalars(select(Staff).where(Staff.email == email("alice"))).one().disabled_at = service.now
    assert "帳號已停用" in row_of(Visitor(service, "bob").get("/desk"), number)


def test_leave_is_refused_to_officers_and_partners(branch):
    for who in (email("alice"), email("tai")):
        with branch.database.writing() as session, pytest.raises(Forbidden):
            account_commands.add_absence(session, branch.actor(who), email=email("alice"), first=date(2026, 3, 2),
                                         last=date(2026, 3, 3), deputy=None, now=branch.now)  # fmt: skip
    with branch.database.writing() as session, pytest.raises(Invalid):
        account_commands.add_absence(session, branch.actor(email("sue")), email=email("tai"), first=date(2026, 3, 2),
                                     last=date(2026, 3, 3), deputy=None, now=branch.now)  # fmt: skip
