"""Firms are told of a promised day that the calendar moved, by the policy of that notice; of nothing that days move."""

import pytest
from sqlalchemy import select

from routing.service.cases import notifying
from routing.service.messaging import parking, policies
from routing.service.office_calendar import due_date_refresh
from routing.store.cases import queries as case_store
from routing.store.conversation.schema import Contact
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Outbox
from tests.harness.few_entries import actor
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.office_calendar.test_calendar_pages import CLOSURE, ask


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def told(service):
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.reason == "redated").order_by(Outbox.id)).all()
        return [(row.state, row.payload[0]["body"]) for row in rows]


def promised(service, number):
    with service.runtime.database.reading() as session:
        return case_store.by_number(session, number).promised_on


def test_whose_promised_day_a_closure_moves_is_told_once_with_the_next_reply(service):
    number = service.opened_on_line()
    service.opened()
    waits = service.opened_on_line()
    service.post("alice", f"/cases/{waits}/wait", {"on": "firm", "message": "請補租約影本"})
    silent = service.opened_on_line()
    with service.runtime.database.writing() as session:
        session.get_one(Contact, case_store.by_number(session, silent).contact_id).quiet = True
    page = ask(service, "preview", **CLOSURE)
    assert "其中 1 件的廠商會收到新的預定回復日（不另推播，隨下一次回復一併告知" in page.text
    assert told(service) == []
    ask(service, "close", **CLOSURE)
    day = promised(service, number)
    ((state, body),) = told(service)
    assert (state, f"{day.month}月{day.day}日" in body or f"{day.month}/{day.day}" in body) == ("parked", True), body
    with service.runtime.writing() as (session, office):
        row = case_store.by_number(session, number)
        reply = outbox_store.put(
            session, channel="line", contact_id=row.contact_id, payload=[], reason="answer", now=service.now
        )
        taken = parking.take_along(session, office, reply, renew=notifying.renew, now=service.now)
        assert "redated" in [one.reason for one in taken]


def test_it_is_pushed_where_the_policy_says_so_and_the_preview_says_so(service):
    service.opened_on_line()
    with service.runtime.database.writing() as session:
        policies.change(
            session,
            actor("adam"),
            "redated",
            when="at_once",
            hours=None,
            holds=False,
            why="本分局決定",
            now=service.now,
        )
    assert "（立即推播；" in ask(service, "preview", **CLOSURE).text
    ask(service, "close", **CLOSURE)
    assert [state for state, _ in told(service)] == ["pending"]


def test_what_moves_because_days_pass_is_told_nobody(service):
    number = service.opened_on_line()
    service.post("alice", f"/cases/{number}/wait", {"on": "firm", "message": "請補租約影本"})
    before = promised(service, number)
    service.later(days=3)
    with service.runtime.database.writing() as session:
        due_date_refresh.begin(session)
    due_date_refresh.refresh_remaining(service.runtime, now=service.now)
    assert promised(service, number) > before
    assert told(service) == []


def test_a_day_that_begins_amid_a_change_of_the_calendar_loses_no_firm(service):
    with service.runtime.database.writing() as session:
        assert due_date_refresh.meta_store.hold(session, "redating") == ""
        due_date_refresh.meta_store.put(session, "redating", "tell 0")
        due_date_refresh.begin(session)
        assert due_date_refresh.meta_store.read(session, "redating") == "tell 0"


def test_a_withdrawal_says_the_day_that_stands_in_place_of_the_other(service):
    number = service.opened_on_line()
    before = promised(service, number)
    ask(service, "close", **CLOSURE)
    page = Visitor(service, "adam").get("/desk/admin/calendar")
    form = page.form("/preview-withdrawal")
    ask(service, "withdraw", id=form.fields["id"])
    assert promised(service, number) == before
    assert sorted(state for state, _ in told(service)) == ["cancelled", "parked"]
